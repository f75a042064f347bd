#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SPDX as Seawall writes it, judged by SPDX's own code: 2.3 by the full validation of spdx-tools, 3.0 by the classes
of spdx-python-model, which refuse what the model does not know. Skipped where these are not installed. Prints TAP.
usage: spdx_model.py SEAWALL"""
import io
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from harness import Tap  # noqa: E402

SEAWALL = os.path.abspath(sys.argv[1])
T = Tap()


def bill(folder):
    """A bill with all kinds of packages, names and versions that need care."""
    parts = [{"type": "operating-system", "name": "debian", "version": "12"}]
    for i, purl in enumerate(("pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc", "pkg:npm/%40babel/core@7.22.0",
                              "pkg:golang/github.com/Masterminds/semver/v3@v3.2.1", "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1",
                              "pkg:pypi/jinja2@3.1.2", "pkg:generic/odd%20name@1.0%3C2")):
        parts.append({"type": "library", "bom-ref": f"r{i}", "name": f"n{i}", "purl": purl,
                      "licenses": [{"license": {"name": "GPL-2.0+ (odd) & more"}}] if i % 2 else [{"license": {"id": "MIT"}}]})
    path = os.path.join(folder, "in.json")
    with open(path, "w") as f:
        json.dump({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": parts,
                   "metadata": {"component": {"type": "container", "name": "registry.example/app", "version": "1.0"}}}, f)
    return path


def written(path, form):
    done = subprocess.run([SEAWALL, "scan", "sbom", "--to", form, path], capture_output=True, timeout=60)
    return done.stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = bill(folder)
        try:
            from spdx_tools.spdx.parser.parse_anything import parse_file
            from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
        except ImportError:
            T.skip("SPDX 2.3", "spdx-tools is not installed")
        else:
            out = os.path.join(folder, "a.spdx.json")
            with open(out, "wb") as f:
                f.write(written(path, "spdx"))
            try:
                doc = parse_file(out)
                wrong = [m.validation_message for m in validate_full_spdx_document(doc)]
                T.ok(not wrong and len(doc.packages) > 5, f"SPDX 2.3: {len(doc.packages)} packages, valid", "\n".join(wrong))
            except Exception as e:  # whatever it is, the document could not be read
                T.ok(False, "SPDX 2.3 is read", e)
        try:
            from spdx_python_model import v3_0_1 as model
        except ImportError:
            T.skip("SPDX 3.0", "spdx-python-model is not installed")
        else:
            try:
                known = model.SHACLObjectSet()
                model.JSONLDDeserializer().read(io.BytesIO(written(path, "spdx3")), known)
                T.ok(not list(known.missing_ids), f"SPDX 3.0: {len(list(known.foreach()))} objects of the model", list(known.missing_ids)[:5])
            except Exception as e:
                T.ok(False, "SPDX 3.0 is read", e)
    T.end()


main()
