# SPDX-License-Identifier: EUPL-1.2
# What `cmake --install` puts where. The configuration goes to /etc/etrier
# whatever the prefix is, because the programs look for it there; files that are
# there already are left alone.
set(ETRIER_UNIT_DIR "${CMAKE_INSTALL_PREFIX}/lib/systemd/system" CACHE PATH
	"Folder of the systemd units")
set(made ${CMAKE_BINARY_DIR}/made)
set(docs ${CMAKE_INSTALL_DOCDIR})

install(TARGETS etrierd RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS etrierctl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
foreach(section 1 5 8)
	file(GLOB pages man/*.${section})
	install(FILES ${pages}
		DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
install(DIRECTORY conf/refdata DESTINATION ${CMAKE_INSTALL_DATADIR}/etrier)
# What étrier brings; a copy in /etc/etrier takes their place (paths.signals).
install(FILES conf/signals.yaml conf/quality.yaml conf/advice.yaml
	conf/delivery.yaml
	DESTINATION ${CMAKE_INSTALL_DATADIR}/etrier)

add_custom_command(OUTPUT ${made}/etrierctl
	COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
	COMMAND etrierctl completion > ${made}/etrierctl
	DEPENDS etrierctl)
add_custom_target(completion ALL DEPENDS ${made}/etrierctl)
install(FILES ${made}/etrierctl
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

foreach(unit etrierd.service etrier-backup.service)
	configure_file(systemd/${unit}.in ${made}/${unit} @ONLY)
	install(FILES ${made}/${unit} DESTINATION ${ETRIER_UNIT_DIR})
endforeach()
install(FILES systemd/etrier-backup.timer DESTINATION ${ETRIER_UNIT_DIR})
install(FILES systemd/sysusers.conf
	DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d RENAME etrier.conf)
install(FILES systemd/tmpfiles.conf
	DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/tmpfiles.d RENAME etrier.conf)

install(FILES README.md CHANGELOG.md SECURITY.md docs/metrics.md
	docs/glossary.md docs/sources.md docs/guide-courriel.md
	docs/guide-des-regles.md DESTINATION ${docs})
install(DIRECTORY conf/examples/ DESTINATION ${docs}/examples)
install(DIRECTORY conf/sources.d/examples/
	DESTINATION ${docs}/examples/sources.d)

# A file of /etc that somebody edited must survive the next installation;
# a package's own tool (dpkg) does the same by conffiles.
install(CODE "
	set(to \"\$ENV{DESTDIR}/etc/etrier\")
	file(GLOB_RECURSE files RELATIVE \"${CMAKE_SOURCE_DIR}/conf\"
		\"${CMAKE_SOURCE_DIR}/conf/templates/*\")
	foreach(file etrier.yaml rules.yaml \${files})
		if(EXISTS \"\${to}/\${file}\")
			message(STATUS \"Kept: \${to}/\${file}\")
		else()
			get_filename_component(folder \"/etc/etrier/\${file}\" DIRECTORY)
			file(INSTALL \"${CMAKE_SOURCE_DIR}/conf/\${file}\"
				DESTINATION \"\${folder}\")
		endif()
	endforeach()
	file(MAKE_DIRECTORY \"\${to}/rules.d\" \"\${to}/sources.d\")
	if(NOT EXISTS \"\${to}/secrets\")
		file(MAKE_DIRECTORY \"\${to}/secrets\")
		file(CHMOD \"\${to}/secrets\" PERMISSIONS
			OWNER_READ OWNER_WRITE OWNER_EXECUTE)
	endif()
")
