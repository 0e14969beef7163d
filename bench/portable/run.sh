#!/bin/sh
# Runs the WebGPU benchmark of this folder beside PyTorch: `sh run.sh [--help]`. Needs a GPU's driver and python3.
set -eu
cd "$(dirname "$0")"

unpack='import lzma, pathlib, shutil, sys, tarfile
packed = pathlib.Path(sys.argv[1])
if packed.name.endswith(".tar.xz"):
    tarfile.open(packed).extractall(packed.parent)
else:
    with lzma.open(packed) as source, open(packed.with_suffix(""), "wb") as target:
        shutil.copyfileobj(source, target)
packed.unlink()'
for file in *.xz; do
  if [ -e "$file" ]; then python3 -c "$unpack" "$file"; fi
done

if ! ldconfig -p 2>/dev/null | grep -q 'libvulkan\.so\.1' && [ -d lib ]; then
  export LD_LIBRARY_PATH="$PWD/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
# Some images keep the driver's description where the loader does not look.
if [ -z "${VK_DRIVER_FILES:-}" ] && ! ls /usr/share/vulkan/icd.d/* /etc/vulkan/icd.d/* >/dev/null 2>&1; then
  description=$(find /usr /opt /etc -name 'nvidia_icd*.json' 2>/dev/null | head -n 1)
  if [ -n "$description" ]; then export VK_DRIVER_FILES="$description"; fi
fi

node=node
if [ -e node ]; then
  chmod +x node
  node=./node
fi
exec "$node" code/run.js "$@"
