#include "conf/error.hpp"

namespace gatehouse::conf {

std::string to_string(const error& problem)
{
    std::string line = problem.file;
    if (problem.line > 0) line += ':' + std::to_string(problem.line) + ':' + std::to_string(problem.column);
    line += ": ";
    if (!problem.path.empty()) line += problem.path + ": ";
    return line + problem.message;
}

}  // namespace gatehouse::conf
