# Libraries, all from Debian packages, each as one imported target.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
find_library(MSGPACKC_LIBRARY msgpackc REQUIRED) # its CMake package is named differently by release
add_library(Msgpack::msgpackc UNKNOWN IMPORTED)
set_target_properties(Msgpack::msgpackc PROPERTIES IMPORTED_LOCATION ${MSGPACKC_LIBRARY})
