# What `cmake --install` puts where for other people's programs: component "sdk".
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/OpenStackSDK)
set(targets openstack_sdk)
foreach(name IN LISTS SDK_LIBRARIES)
  list(APPEND targets openstack_${name})
endforeach()

install(TARGETS ${targets} EXPORT OpenStackSDKTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
install(DIRECTORY include/openstack DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk FILES_MATCHING PATTERN "*.hpp")
install(EXPORT OpenStackSDKTargets NAMESPACE openstack:: DESTINATION ${package_folder} COMPONENT sdk)

configure_package_config_file(cmake/OpenStackSDKConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/OpenStackSDKConfig.cmake"
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/OpenStackSDKConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/OpenStackSDKConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/OpenStackSDKConfigVersion.cmake"
  DESTINATION ${package_folder} COMPONENT sdk)
