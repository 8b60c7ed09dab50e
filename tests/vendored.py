"""Compares vendored assets with what the package registry serves.

Reads VENDOR.toml: [[asset]] tables with package, version, licence, file (beside VENDOR.toml) and sha256, and where
the file is not one of the package but made from one, `made_from` with that one's path and `made_by` with the script
beside this one that makes it. Fails when a file's hash is not the listed one, when no file of the package has that hash
or the script makes other bytes, when the package states another licence, and when a file lies in the folder and is not
listed.
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tomllib


def fetch(package: str, version: str, into: pathlib.Path) -> pathlib.Path:
    """The registry's tarball of one package version, by the ordinary client."""
    folder = into / f"{package.replace('/', '+')}-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.tgz")):
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
        subprocess.run([*command, f"{package}@{version}"], check=True, stdout=subprocess.DEVNULL, timeout=300)
    return next(folder.glob("*.tgz"))


def contents(tarball: pathlib.Path) -> tuple[dict[str, str], str]:
    """Hash by file name, and the licence the package states."""
    hashes, licence = {}, ""
    with tarfile.open(tarball) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is None:
                continue
            data = stream.read()
            hashes[member.name] = hashlib.sha256(data).hexdigest()
            if member.name == "package/package.json":
                licence = str(json.loads(data).get("license", ""))
    return hashes, licence


def made(tarball: pathlib.Path, source: str, script: str) -> str:
    """Hash of what the script makes from a file of the package."""
    with tarfile.open(tarball) as archive:
        stream = archive.extractfile(source)
        data = stream.read() if stream else b""
    path = pathlib.Path(__file__).parent / script
    done = subprocess.run([sys.executable, str(path)], input=data, check=True, capture_output=True, timeout=300)
    return hashlib.sha256(done.stdout).hexdigest()


def complaints(listing: pathlib.Path, cache: pathlib.Path) -> list[str]:
    """One sentence for each thing that is wrong."""
    found, listed = [], {listing.name}
    for asset in tomllib.loads(listing.read_text())["asset"]:
        name, wanted = asset["file"], asset["sha256"]
        listed.add(name)
        path = listing.parent / name
        if not path.exists():
            found.append(f"{path} is listed and not there")
            continue
        actual = hashlib.sha256(path.read_bytes()).hexdigest()
        if actual != wanted:
            found.append(f"{path}: sha256 is {actual}, {listing.name} says {wanted}")
        tarball = fetch(asset["package"], asset["version"], cache)
        hashes, licence = contents(tarball)
        label = f"{asset['package']} {asset['version']}"
        if licence and licence != asset["licence"]:
            found.append(f"{label} states licence {licence}, {listing.name} says {asset['licence']}")
        if "made_by" in asset:
            if made(tarball, asset["made_from"], asset["made_by"]) != wanted:
                found.append(f"{path}: {asset['made_by']} makes other bytes from {asset['made_from']} of {label}")
        elif wanted not in hashes.values():
            found.append(f"{path}: no file of {label} has these bytes")
    for path in sorted(listing.parent.rglob("*")):
        if path.is_file() and str(path.relative_to(listing.parent)) not in listed:
            found.append(f"{path} is vendored and not listed in {listing.name}")
    return found


def main() -> int:
    """Exit code 1 with the complaints on standard error, else 0."""
    found = complaints(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print("vendored assets are what the registry serves")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
