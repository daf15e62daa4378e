# Compiler flags, as one interface target that every target of ours links.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
option(KA_WERROR "Treat warnings as errors" OFF)
option(KA_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(KA_HARDEN "Hardened release flags (OpenSSF set)" OFF)
option(KA_STATIC "Link the program without shared objects, where libc allows it" OFF)
option(KA_COVERAGE "Instrument for line coverage" OFF)

add_library(ka_flags INTERFACE)
target_include_directories(ka_flags INTERFACE ${PROJECT_SOURCE_DIR}/advisor ${PROJECT_SOURCE_DIR})
target_compile_definitions(ka_flags INTERFACE _GNU_SOURCE KA_VERSION="${PROJECT_VERSION}")
target_compile_options(ka_flags INTERFACE
	-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla -Wundef -Wnull-dereference
	-fno-common)
if(KA_WERROR)
	target_compile_options(ka_flags INTERFACE -Werror)
endif()
if(KA_SANITIZE)
	target_compile_options(ka_flags INTERFACE -fsanitize=address,undefined
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(ka_flags INTERFACE -fsanitize=address,undefined)
endif()
if(KA_FUZZ)
	target_compile_options(ka_flags INTERFACE -fsanitize=fuzzer-no-link)
	target_link_options(ka_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(KA_COVERAGE)
	# Several threads count: with plain additions counts get lost, or turn negative.
	target_compile_options(ka_flags INTERFACE --coverage -O0 -fprofile-abs-path
		-fprofile-update=atomic)
	target_link_options(ka_flags INTERFACE --coverage)
endif()
# The OpenSSF compiler hardening set; what an older compiler does not know is left out.
if(KA_HARDEN)
	include(CheckCCompilerFlag)
	set(CMAKE_POSITION_INDEPENDENT_CODE ON)
	target_compile_options(ka_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
		-Werror=format-security -Wimplicit-fallthrough -fstack-protector-strong -fPIE
		-fno-delete-null-pointer-checks -fno-strict-overflow -fno-strict-aliasing
		-ffunction-sections -fdata-sections)
	foreach(flag stack-clash-protection cf-protection=full trivial-auto-var-init=zero)
		string(MAKE_C_IDENTIFIER "KA_HAS_${flag}" has)
		check_c_compiler_flag(-f${flag} ${has})
		if(${has})
			target_compile_options(ka_flags INTERFACE -f${flag})
		endif()
	endforeach()
	target_link_options(ka_flags INTERFACE
		$<IF:$<BOOL:$<TARGET_PROPERTY:KA_IS_STATIC>>,-static-pie,-pie>
		-Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen -Wl,--gc-sections
		-Wl,--as-needed -Wl,--no-copy-dt-needed-entries)
endif()

# ka_library(NAME sources... [LINK libs...]): a layer's static library.
function(ka_library name)
	cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
	add_library(${name} STATIC ${arg_SOURCES})
	target_link_libraries(${name} PUBLIC ka_flags ${arg_LINK})
endfunction()
