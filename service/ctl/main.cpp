#include "service/ctl/program.hpp"

#include <iostream>

int main(int argc, char** argv)
{
    return gatehouse::service::ctl::run({argv + 1, argv + argc}, {std::cout, std::cerr});
}
