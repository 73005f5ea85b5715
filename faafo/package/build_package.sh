#!/bin/sh
# Makes faafo's package.   build_package.sh VERSION ARCHITECTURE ARCHIVE PROGRAM…
# The same programs give the same bytes: sorted names, fixed times and owners, no name or time in the gzip header.
set -eu
LC_ALL=C; export LC_ALL
[ $# -ge 4 ] || { echo "usage: $0 VERSION ARCHITECTURE ARCHIVE PROGRAM…" >&2; exit 2; }
version=$1 architecture=$2 archive=$3; shift 3
here=$(cd "$(dirname "$0")" && pwd)
folder=faafo-$version-$architecture
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/$folder
mkdir -p "$tree/bin" "$tree/lib" "$tree/units" "$tree/share/licenses"

# glibc is the machine's own: its loader, its name service modules and its libraries belong together.
is_glibc() {
  case $1 in
    ld-linux*|libc.so.*|libm.so.*|libmvec.so.*|libdl.so.*|librt.so.*|libpthread.so.*|libresolv.so.*|\
    libutil.so.*|libanl.so.*|libnsl.so.*|libnss_*|libthread_db.so.*|libBrokenLocale.so.*) return 0 ;;
  esac
  return 1
}

# ldd follows libraries of libraries, so one pass over the programs finds everything.
for program; do ldd "$program" || { echo "$0: ldd cannot read $program" >&2; exit 1; }; done >"$work/ldd"
if grep 'not found' "$work/ldd" >&2; then echo "$0: the libraries above are missing" >&2; exit 1; fi
sed -n 's/^[[:space:]]*\([^ ]*\) => \([^ ]*\) (0x.*/\1 \2/p' "$work/ldd" | sort -u >"$work/libraries"
while read -r name path; do
  is_glibc "$name" && continue
  cp -L "$path" "$tree/lib/$name"
  real=$(readlink -f "$path")
  printf '%s\n' "$real" "${real#/usr}" >>"$work/paths"
done <"$work/libraries"
# Who wrote them and under which licences, as Debian says. One question for all, since each reads dpkg's whole database.
xargs dpkg-query -S <"$work/paths" 2>/dev/null | cut -d: -f1 | sort -u >"$work/packages" || true
while read -r package; do
  if [ -f "/usr/share/doc/$package/copyright" ]; then
    cp -L "/usr/share/doc/$package/copyright" "$tree/share/licenses/$package"
  fi
done <"$work/packages"
for program; do cp -L "$program" "$tree/bin/"; done
chmod u+w "$tree"/lib/* "$tree"/bin/*
strip --strip-unneeded "$tree"/lib/* "$tree"/bin/*
for program in "$tree"/bin/*; do patchelf --set-rpath '$ORIGIN/../lib' "$program"; done
for library in "$tree"/lib/*; do patchelf --set-rpath '$ORIGIN' "$library"; done

cp "$here/install.sh" "$here/services.sh" "$here/collect-services.sh" "$tree/"
cp "$here"/units/* "$tree/units/"
cp "$here/../../LICENSE" "$tree/share/licenses/faafo"
echo "$version" >"$tree/VERSION"
chmod -R u=rwX,go=rX "$tree"
chmod 755 "$tree/install.sh" "$tree/collect-services.sh" "$tree/units/faafo.init" "$tree/units/faafo-supervise" "$tree"/bin/*
chmod 644 "$tree"/lib/*

tar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-1577836800}" --owner=0 --group=0 --numeric-owner \
    --format=ustar -C "$work" -cf "$work/package.tar" "$folder"
# More than 4 takes twice as long, for 3 of 100 bytes.
gzip -4 -n "$work/package.tar"
# Packages of former versions would only be taken for this one.
for old in "$(dirname "$archive")"/faafo-*-"$architecture".tar.gz; do
  [ "$old" = "$archive" ] || rm -f "$old"
done
mv "$work/package.tar.gz" "$archive"
