#!/bin/sh
# Builds the native addon of @tensorflow/tfjs-node against the TensorFlow library of a Python wheel, for Linux.
# The binaries that tfjs-node downloads stop at TensorFlow 2.9 and CUDA 11.2, and not every network reaches them.
#
# Usage: build-tfjs-node.sh [--gpu] [--tensorflow DIR] [--tensorflow-version X] [--output DIR] [--force]
#   --gpu                   build node-gpu instead of node; needs --tensorflow
#   --tensorflow DIR        the folder "tensorflow" of an installed wheel (site-packages/tensorflow), used where it is;
#                           for CUDA: pip install "tensorflow[and-cuda]" in a virtual environment that is kept
#   --tensorflow-version X  release of the wheel tensorflow-cpu to download without --tensorflow (default 2.18.0)
#   --output DIR            default ${INSTAGAN_CACHE:-~/.cache/instagan}/tfjs-node-VERSION, where the node backend looks;
#                           for another folder set INSTAGAN_TFJS_NODE (with --gpu: INSTAGAN_TFJS_NODE_GPU) to it
#   --force                 build although the output is there
#
# Needs npm, a C++17 compiler (CXX, default g++), and without --tensorflow pip and Python 3 (nothing of it at run time).
set -eu

version=4.22.0 # of @tensorflow/tfjs-node; must be that of @tensorflow/tfjs in packages/core
protobuf=google-protobuf@3.21.4 # what its generated code asks for (^3.9.2)
headers=node-api-headers@1.5.0 # the N-API headers, in case Node came without its own
napi=8 # the newest N-API that this release of tfjs-node knows

name=tfjs-node
tensorflow=
tensorflow_version=2.18.0
output=
force=
say() { echo "build-tfjs-node: $*"; }
fail() { say "$*" >&2; exit 1; }
while [ $# -gt 0 ]; do
  case $1 in
    --gpu) name=tfjs-node-gpu ;;
    --tensorflow) tensorflow=${2:?--tensorflow needs a folder}; shift ;;
    --tensorflow-version) tensorflow_version=${2:?--tensorflow-version needs a version}; shift ;;
    --output) output=${2:?--output needs a folder}; shift ;;
    --force) force=1 ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"; exit 0 ;;
    *) say "there is no option $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done
[ "$(uname -s)" = Linux ] || fail "it builds on Linux only: elsewhere use \"npm install @tensorflow/$name\"."
[ $name = tfjs-node ] || [ -n "$tensorflow" ] ||
  fail '--gpu needs --tensorflow: run pip install "tensorflow[and-cuda]" in a virtual environment and name its site-packages/tensorflow.'
output=${output:-${INSTAGAN_CACHE:-$HOME/.cache/instagan}/$name-$version}
if [ -z "$force" ] && [ -e "$output/lib/napi-v$napi/tfjs_binding.node" ]; then
  say "already there: $output"
  exit 0
fi
compiler=${CXX:-g++}
command -v "$compiler" >/dev/null || fail "needs a C++ compiler: install g++, or name one in CXX."
command -v npm >/dev/null || fail "needs npm."

mkdir -p "$(dirname "$output")"
work=$(mktemp -d "$(dirname "$output")/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
fetch() { # npm package, folder to unpack it into
  mkdir -p "$2"
  tarball=$(cd "$work" && npm pack --silent "$1") || fail "npm cannot fetch $1."
  tar -xzf "$work/$tarball" -C "$2" --strip-components=1
  rm "$work/$tarball"
}

say "fetching @tensorflow/$name $version"
built=$work/$name
fetch "@tensorflow/$name@$version" "$built"
fetch $protobuf "$built/node_modules/google-protobuf"
# The addon's JavaScript must use the TensorFlow.js of the process that loads it, not one of its own.
for package in tfjs tfjs-core; do
  mkdir -p "$built/node_modules/@tensorflow/$package"
  cat >"$built/node_modules/@tensorflow/$package/index.js" <<'STAND_IN'
const tf = globalThis[Symbol.for('instagan.tfjs')];
if (!tf) throw new Error('This build of tfjs-node is loaded through @instagan/core: use openBackend("node").');
module.exports = tf;
STAND_IN
done
include=$(node -p "require('node:path').resolve(process.execPath, '../../include/node')")
if [ ! -e "$include/node_api.h" ]; then
  fetch $headers "$work/headers"
  include=$work/headers/include
fi

mkdir -p "$built/deps/lib" "$built/lib/napi-v$napi"
if [ -n "$tensorflow" ]; then
  tensorflow=$(cd "$tensorflow" && pwd) || fail "--tensorflow: there is no folder $tensorflow."
  libraries=$tensorflow
  rpath=$tensorflow
else
  say "fetching TensorFlow $tensorflow_version (230 MB; the library takes 680 MB on disk)"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
    --dest "$work/wheel" "tensorflow-cpu==$tensorflow_version" || fail "pip cannot fetch tensorflow-cpu $tensorflow_version."
  python3 - "$work" <<'UNPACK'
import glob, sys, zipfile
work = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(work + '/wheel/*.whl')[0])
wheel.extractall(work, [n for n in wheel.namelist() if n.startswith(('tensorflow/include/', 'tensorflow/libtensorflow'))])
UNPACK
  rm -r "$work/wheel"
  tensorflow=$work/tensorflow
  libraries=$built/deps/lib
  mv "$tensorflow"/libtensorflow* "$libraries/"
  # shellcheck disable=SC2016
  rpath='$ORIGIN/../../deps/lib'
fi
for file in libtensorflow_cc.so.2 libtensorflow_framework.so.2; do
  [ -e "$libraries/$file" ] || fail "$libraries holds no $file: is it the folder \"tensorflow\" of a wheel, 2.12 or later?"
done

say "compiling"
"$compiler" -std=c++17 -O2 -fPIC -shared -w -DNAPI_VERSION=$napi -I"$built" -I"$tensorflow/include" -I"$include" \
  "$built/binding/tfjs_backend.cc" "$built/binding/tfjs_binding.cc" -o "$built/lib/napi-v$napi/tfjs_binding.node" \
  -L"$libraries" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$rpath"
rm -rf "$built/binding" "$built/src" "$built/scripts" "$built/python"

found=$(TF_CPP_MIN_LOG_LEVEL=2 node -p "require('$built/lib/napi-v$napi/tfjs_binding.node').TF_Version") ||
  fail "the addon does not load, see above."
rm -rf "$output"
mv "$built" "$output"
say "built $output with TensorFlow $found"
