# What `cmake --install` puts in place: the library, its headers, find_package and pkg-config files.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/poolder)
set(generated_dir ${PROJECT_BINARY_DIR}/package)

install(TARGETS poolder EXPORT poolder-targets FILE_SET HEADERS)
install(EXPORT poolder-targets NAMESPACE poolder:: DESTINATION ${package_dir})

# Whoever links a static poolder links what it stands on.
get_target_property(poolder_type poolder TYPE)
if(poolder_type STREQUAL STATIC_LIBRARY)
  set(poolder_static_dependencies "find_dependency(date CONFIG)")
  set(poolder_static_libs " -ldate-tz")
endif()

configure_package_config_file(cmake/poolder-config.cmake.in ${generated_dir}/poolder-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${generated_dir}/poolder-config-version.cmake
  COMPATIBILITY SameMinorVersion)  # below 1.0 a minor version may break
install(FILES ${generated_dir}/poolder-config.cmake ${generated_dir}/poolder-config-version.cmake
  DESTINATION ${package_dir})

# Relative to itself, so that the installed tree can be moved.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH up_to_prefix /prefix/${pkgconfig_dir} /prefix)
configure_file(cmake/poolder.pc.in ${generated_dir}/poolder.pc @ONLY)
install(FILES ${generated_dir}/poolder.pc DESTINATION ${pkgconfig_dir})
