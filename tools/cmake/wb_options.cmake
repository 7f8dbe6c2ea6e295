# Every flag of the project sits on this one interface target.
add_library(wb_options INTERFACE)
target_compile_features(wb_options INTERFACE c_std_17)
target_compile_definitions(wb_options INTERFACE _GNU_SOURCE WB_VERSION="${PROJECT_VERSION}")
target_include_directories(wb_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(wb_options INTERFACE
    -std=gnu17 -Wall -Wextra -Wshadow -Wconversion -Wcast-qual -Wformat=2 -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wswitch-enum -fno-common -fstack-protector-strong)
if(WB_WERROR)
    target_compile_options(wb_options INTERFACE -Werror)
endif()
if(WB_SANITIZE)
    target_compile_options(wb_options INTERFACE -fsanitize=${WB_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(wb_options INTERFACE -fsanitize=${WB_SANITIZE})
endif()
if(WB_FUZZ)
    target_compile_options(wb_options INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(wb_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
