#!/usr/bin/env python3
"""Checks .onnx files with the ONNX project's own checker and shape inference.

Usage: check-onnx.py FILE...

Prints one line per file and exits with 1 when any file fails. Needs the Python package onnx
(Debian: python3-onnx).
"""

import sys

import onnx


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    opsets = ", ".join(f"{opset.domain or 'ai.onnx'} {opset.version}" for opset in model.opset_import)
    return f"ir {model.ir_version}, opset {opsets}"


def main(paths):
    if not paths:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    failed = False
    for path in paths:
        try:
            print(f"{path}: {check(path)}: ok")
        except Exception as error:  # the checker raises several unrelated types
            failed = True
            print(f"{path}: failed: {str(error).strip() or type(error).__name__}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
