#!/usr/bin/env bash
# Prints the packages of the image as CycloneDX, from an installation as the Dockerfile makes it. `npm sbom --omit=dev` forgets
# packages that a tool needs as well, so the tools are taken out of package.json first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cp package.json package-lock.json "$folder"
cd "$folder"
npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund >&2
npm pkg delete devDependencies
npm sbom --sbom-format=cyclonedx
