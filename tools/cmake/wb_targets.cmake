# The three functions that every CMakeLists.txt of the project is written with.

# wb_library(wb_storage SOURCES a.c b.c LINK wb_protocol): one static library a folder.
function(wb_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE wb_options)
endfunction()

# wb_actor(poller SOURCES poller.c LINK wb_runtime): the executable waybill-poller.
function(wb_actor name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(waybill-${name} ${ARG_SOURCES})
    target_link_libraries(waybill-${name} PRIVATE ${ARG_LINK} wb_options)
    set_target_properties(waybill-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    add_dependencies(binaries waybill-${name})
endfunction()

# What `tools/run` builds: the executables, no tests.
add_custom_target(binaries)

# wb_test(protocol/envelope LINK wb_protocol): tests/unit/protocol/test_envelope.c is one
# executable, named protocol.envelope in ctest, with its suite (default: unit) as label.
function(wb_test path)
    cmake_parse_arguments(ARG "" "SUITE;TIMEOUT" "LINK;SOURCES;ARGS" ${ARGN})
    if(NOT ARG_SUITE)
        set(ARG_SUITE unit)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    get_filename_component(dir ${path} DIRECTORY)
    get_filename_component(base ${path} NAME)
    string(REPLACE "/" "." name ${path})
    if(NOT ARG_SOURCES)
        set(ARG_SOURCES ${PROJECT_SOURCE_DIR}/tests/${ARG_SUITE}/${dir}/test_${base}.c)
    endif()
    add_executable(test.${name} ${ARG_SOURCES})
    target_link_libraries(test.${name} PRIVATE ${ARG_LINK} PkgConfig::CHECK wb_options)
    target_compile_definitions(test.${name} PRIVATE
        WB_SOURCE_DIR="${PROJECT_SOURCE_DIR}" WB_BIN_DIR="${PROJECT_BINARY_DIR}/bin")
    add_test(NAME ${name} COMMAND test.${name} ${ARG_ARGS})
    set_tests_properties(${name} PROPERTIES LABELS ${ARG_SUITE} TIMEOUT ${ARG_TIMEOUT}
        SKIP_RETURN_CODE 77 ENVIRONMENT "CK_FORK=no")
endfunction()

# wb_pages(pages.c SOURCES a.js b.css): the C file, in the folder of the build, that holds them.
function(wb_pages out)
    cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
    list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${out}
        COMMAND python3 ${PROJECT_SOURCE_DIR}/tools/cmake/wb_pages.py ${CMAKE_CURRENT_BINARY_DIR}/${out} ${ARG_SOURCES}
        DEPENDS ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tools/cmake/wb_pages.py VERBATIM)
endfunction()
