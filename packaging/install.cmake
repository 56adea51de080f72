# SPDX-License-Identifier: Apache-2.0
# What a package holds beside the program: `cmake --install` and the .deb have the same layout.
install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/config/dnsmon.yaml TYPE SYSCONF)
install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/systemd/dnsmon.service DESTINATION lib/systemd/system)
