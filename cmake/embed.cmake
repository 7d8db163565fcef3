# SPDX-License-Identifier: EUPL-1.2
# A file as a C array: cmake -DNAME=x -DFROM=file -DTO=x.c -P embed.cmake
file(READ ${FROM} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes
	"${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
get_filename_component(file ${FROM} NAME)
file(WRITE ${TO}.new "/* ${file}, by cmake/embed.cmake. */
#include <stddef.h>
extern const char ${NAME}[];
extern const size_t ${NAME}_size;
const char ${NAME}[] = {
${bytes}
'\\0'};
const size_t ${NAME}_size = sizeof(${NAME}) - 1;
")
file(RENAME ${TO}.new ${TO})
