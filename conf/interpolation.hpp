#pragma once

#include "conf/file_access.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::conf {

struct interpolated {
    std::string text;
    bool from_file = false;             // holds a file's content, perhaps a secret: not for messages
    std::optional<std::string> problem;  // what is wrong with the first ${} that cannot be replaced
};

// Replaces `${NAME}` by the environment variable and `${file:PATH}` by the file's content less one final
// newline; `$${` stands for `${`. What is put in is not looked at again. A relative PATH starts at
// `directory`.
interpolated interpolate(std::string_view text, const std::filesystem::path& directory, file_access files);

}  // namespace gatehouse::conf
