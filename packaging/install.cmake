# SPDX-License-Identifier: Apache-2.0
# What a package holds beside the program: `cmake --install` and the .deb have the same layout (packaging/check-deb.sh
# compares them).
install(FILES config/dnsmon.yaml DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR})
install(FILES systemd/dnsmon.service DESTINATION lib/systemd/system)
install(FILES docs/man/dnsmon.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES docs/man/dnsmon.yaml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES packaging/completion/dnsmon.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME dnsmon)
install(FILES packaging/dnsmon.sysusers DESTINATION lib/sysusers.d RENAME dnsmon.conf)
install(FILES docs/attribution.md docs/event-schema.md docs/kernel-support.md docs/operations.md docs/performance.md docs/security.md
              docs/shipping.md DESTINATION ${CMAKE_INSTALL_DOCDIR}) # the unit, the manual pages and the examples name them
install(DIRECTORY packaging/examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
