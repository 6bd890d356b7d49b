#pragma once

#include "bastion/identity/revocation_list.hpp"
#include "bastion/identity/ssh_reader.hpp"

#include <string>
#include <string_view>

namespace gatehouse::bastion {

bool is_krl(std::string_view file) noexcept;  // begins as one

// Reads OpenSSH's binary list (PROTOCOL.krl). Used once, for one file.
class krl_reader {
public:
    explicit krl_reader(std::string_view file) noexcept : from_(file) {}

    boost::system::result<revocation_list, std::string> read();

private:
    void read_header();
    void read_section();
    void read_certificates(std::string_view section);
    void read_certificate_section(revocation_list::certificates& of, std::uint8_t kind,
                                  std::string_view section);
    void read_serials(revocation_list::certificates& of, std::string_view section);
    void read_range(revocation_list::certificates& of, std::string_view section);
    void read_bitmap(revocation_list::certificates& of, std::string_view section);
    void read_blobs(revocation_list::texts& into, std::string_view section, std::size_t size);
    void read_extension(std::string_view section);
    void refuse(std::string why);

    ssh_reader from_;
    revocation_list made_;
    std::string error_;  // the first one; reading ends there
};

}  // namespace gatehouse::bastion
