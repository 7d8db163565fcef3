# SPDX-License-Identifier: EUPL-1.2
# The Debian package of the tree as it stands, built once for all tests that
# want it. Sourced:
#
#   . tests/package.sh
#   deb=$(package) || skip NAME "the package cannot be built here"

package() {
	local folder=$BUILD_DIR/package
	mkdir -p "$folder"
	(
		flock 9
		# Newer than everything it is made of.
		if [ -e "$folder/.whole" ] && [ -z "$(find CMakeLists.txt cmake \
			conf debian docs include man scripts src systemd \
			-newer "$folder/.whole" -print -quit)" ]; then
			exit 0
		fi
		touch "$folder.begun"
		scripts/package "$folder" >"$folder.log" 2>&1 || exit 1
		touch -r "$folder.begun" "$folder/.whole"
	) 9>"$folder.lock" || { cat "$folder.log" >&2; return 1; }
	echo "$folder"/etrier_*.deb
}
