# Static archives where the distribution has them: the program then maps libc alone at start.
function(ka_find_library target header archive shared package)
	find_path(${target}_INCLUDE ${header})
	find_library(${target}_ARCHIVE NAMES ${archive} ${shared})
	if(NOT ${target}_INCLUDE OR NOT ${target}_ARCHIVE)
		message(FATAL_ERROR "${header} or ${archive} not found: apt-get install ${package}")
	endif()
	add_library(${target} UNKNOWN IMPORTED GLOBAL)
	set_target_properties(${target} PROPERTIES
		IMPORTED_LOCATION ${${target}_ARCHIVE}
		INTERFACE_INCLUDE_DIRECTORIES ${${target}_INCLUDE})
endfunction()

ka_find_library(ka_yaml yaml.h libyaml.a yaml libyaml-dev)
ka_find_library(ka_jansson jansson.h libjansson.a jansson libjansson-dev)
ka_find_library(ka_md sha2.h libmd.a md libmd-dev)
# These two meet strangers: shared, so that the distribution's updates reach them.
ka_find_library(ka_curl curl/curl.h libcurl.so curl libcurl4-openssl-dev)
ka_find_library(ka_sodium sodium.h libsodium.so sodium libsodium-dev)
