#!/usr/bin/env python3
"""Makes Native.cs of headcount.h: functions, structs and some enums, so that none is declared
wrongly. tools/native.py headcount.h Native.cs"""
import re
import sys

HANDLES = {"hc_directory": "DirectoryHandle", "hc_feed": "FeedHandle", "hc_cursor": "CursorHandle",
           "hc_workspaces": "WorkspacesHandle", "hc_members": "MembersHandle"}
ENUMS = {"OpCode": "HC_OPERATION_", "OpField": "HC_OP_FIELD_"}
SCALARS = {"int32_t": "int", "uint32_t": "uint", "uint64_t": "ulong", "size_t": "UIntPtr", "hc_status": "int",
           "void": "void"}


def parameter(function, c, name, structs):
    pointer = re.fullmatch(r"(const )?(?:struct )?(\w+) (\*+)", c)
    if not pointer:
        return SCALARS.get(c, "IntPtr")
    constant, target, stars = pointer.groups()
    if len(stars) == 2:
        return "out " + HANDLES.get(target, "IntPtr")
    if target in structs:
        return "ref " + target
    if target in HANDLES and not function.endswith("_free"):
        return HANDLES[target]
    if target in ("uint8_t", "char") or target == "void" and constant:
        return "byte[]"
    if name == "offsets":
        return SCALARS[target] + "[]"
    if target in SCALARS and target != "void" and not constant:
        return "out " + SCALARS[target]
    return "IntPtr"


def main(header, to):
    text = re.sub(r"/\*.*?\*/", "", open(header, encoding="utf-8").read(), flags=re.S)
    out = ["// Made of headcount.h by tools/native.py.", "using System;", "using System.Runtime.InteropServices;", "",
           "namespace Headcount", "{"]
    structs = {}
    for name, body in re.findall(r"^typedef struct (hc_\w+) \{(.*?)\} ", text, flags=re.S | re.M):
        structs[name] = re.findall(r"(\w+ \*?)(\w+)(?:\[(\d+)\])?;", body)
    for name, fields in structs.items():
        out += ["    [StructLayout(LayoutKind.Sequential)]", f"    internal unsafe struct {name}", "    {"]
        for kind, field, count in fields:
            kind = "IntPtr" if "*" in kind else {"uint8_t": "byte"}.get(kind.strip()) or SCALARS[kind.strip()]
            out.append(f"        internal {'fixed ' if count else ''}{kind} {field}{f'[{count}]' if count else ''};")
        out += ["    }", ""]
    for name, handle in HANDLES.items():
        out += [f"    internal sealed class {handle} : SafeHandle", "    {",
                f"        public {handle}() : base(IntPtr.Zero, true) {{ }}", "",
                "        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }", "",
                f"        protected override bool ReleaseHandle() {{ Native.{name}_free(handle); return true; }}", "    }", ""]
    for name, prefix in ENUMS.items():
        values = re.findall(rf"^ +{prefix}(\w+) = (\d+)", text, flags=re.M)
        assert values, prefix
        out += [f"    internal enum {name} : ushort", "    {"]
        out += [f"        {value.title().replace('_', '')} = {number}," for value, number in values]
        out += ["    }", ""]
    out += ["    internal static class Native", "    {"]
    version = re.search(r"#define HC_ABI_VERSION (\d+)", text).group(1)
    out.append(f"        internal const uint HC_ABI_VERSION = {version};")
    for name, value in re.findall(r"^(?:#define | +)(HC_\w+) (?:= )?(\d+),? *$", text, flags=re.M):
        if name != "HC_ABI_VERSION":
            out.append(f"        internal const int {name} = {value};")
    functions = re.findall(r"^((?:const )?(?:struct )?\w+ \*?)(hc_\w+)\(([^;{]*?)\);", text, flags=re.S | re.M)
    assert len(functions) > 150, len(functions)
    for result, name, parameters in functions:
        result = result.strip()
        declared = []
        for each in re.sub(r"\s+", " ", parameters).split(", "):
            if each != "void":
                c, argument = re.fullmatch(r"(.*?[ *])(\w+)", each).groups()
                argument = "@" + argument if argument in ("value", "event", "params") else argument
                declared.append(parameter(name, c.strip(), argument, structs) + " " + argument)
        returns = "IntPtr" if "*" in result else SCALARS[result]
        out += ["", '        [DllImport("headcount", CallingConvention = CallingConvention.Cdecl)]',
                f"        internal static extern {returns} {name}({', '.join(declared)});"]
    out += ["    }", "}", ""]
    open(to, "w", encoding="utf-8").write("\n".join(out))


main(*sys.argv[1:])
