"""
Run a program as the unit confines it, on a machine whose first process is not systemd.

``python confinement.py UNIT STATE_DIR PROGRAM ARGUMENT…``: no capabilities and no way to any, a
file system that is read only but for STATE_DIR, memory that is code or data, the system calls and
the address families of UNIT, and of /proc no process but its own.  What systemd does beyond that
needs systemd.  Exits 77 where this machine does not allow it.
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

NOT_ALLOWED = 77

_LIBC = ctypes.CDLL(None, use_errno=True)

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_MDWE, _MDWE_REFUSE_EXEC_GAIN = 24, 38, 65, 1
_ACT_ALLOW = 0x7FFF0000
_CMP_EQ = 4


class NotAllowed(Exception):
    """This machine, or its kernel, does not let us."""


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "namespace")]


class _Comparison(ctypes.Structure):
    _fields_ = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    ]


def settings(unit: Path) -> dict[str, list[str]]:
    """The directives of a unit, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def _try(what: str, result: int) -> None:
    if result != 0:
        raise NotAllowed(f"{what}: {os.strerror(ctypes.get_errno())}")


def _confine_files(unit: dict[str, list[str]], state_dir: str) -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _try("unshare", _LIBC.unshare(_CLONE_NEWNS))
    else:
        _try("unshare", _LIBC.unshare(_CLONE_NEWNS | _CLONE_NEWUSER))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    place = state_dir.encode()
    _try("private mounts", _LIBC.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None))
    _try("bind mount", _LIBC.mount(place, place, None, _MS_BIND, None))
    if user == 0:
        options = f"hidepid={unit['ProtectProc'][0]}".encode()
        _try("mount of /proc", _LIBC.mount(b"proc", b"/proc", b"proc", 0, options))
    _set_mount("/", _MountAttributes(set=_MOUNT_ATTR_RDONLY), _AT_RECURSIVE)
    _set_mount(state_dir, _MountAttributes(clear=_MOUNT_ATTR_RDONLY), 0)


def _set_mount(path: str, attributes: _MountAttributes, flags: int) -> None:
    result = _LIBC.syscall(
        _SYS_MOUNT_SETATTR,
        _AT_FDCWD,
        path.encode(),
        flags,
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _try(f"mount_setattr of {path}", result)


def _drop_rights() -> None:
    last = int(Path("/proc/self/status").read_text().split("CapBnd:\t")[1].split()[0], 16)
    for capability in range(last.bit_length()):
        # In a user namespace, or as root: both hold the right to give rights up.
        _try("capabilities", _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    _try("no_new_privs", _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _try("write or execute", _LIBC.prctl(_PR_SET_MDWE, _MDWE_REFUSE_EXEC_GAIN, 0, 0, 0))


def _calls(expression: str) -> set[str]:
    """The system calls of ``@set other ~…``-like values, as this machine's systemd knows them."""
    names: set[str] = set()
    for word in expression.split():
        if not word.startswith("@"):
            names.add(word)
            continue
        text = subprocess.check_output(["systemd-analyze", "syscall-filter", word], text=True)
        inner = [line.strip() for line in text.splitlines()[1:]]
        names |= _calls(" ".join(one for one in inner if one and not one.startswith("#")))
    return names


def _filter_calls(unit: dict[str, list[str]]) -> None:
    allowed: set[str] = set()
    for value in unit["SystemCallFilter"]:
        if value.startswith("~"):
            allowed -= _calls(value[1:])
        else:
            allowed |= _calls(value)
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError as error:
        raise NotAllowed(str(error)) from error
    library.seccomp_init.restype = ctypes.c_void_p
    refuse = 0x00050000 | getattr(errno, unit["SystemCallErrorNumber"][0])
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(refuse)))
    families = [int(getattr(socket, name)) for name in unit["RestrictAddressFamilies"][0].split()]
    for name in sorted(allowed - {"socket"}):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            library.seccomp_rule_add(rules, ctypes.c_uint32(_ACT_ALLOW), number, 0)
    socket_call = library.seccomp_syscall_resolve_name(b"socket")
    for family in families:
        only = (_Comparison * 1)(_Comparison(0, _CMP_EQ, family, 0))
        added = library.seccomp_rule_add_array(
            rules, ctypes.c_uint32(_ACT_ALLOW), socket_call, 1, only
        )
        _try("socket rule", added)
    _try("seccomp", library.seccomp_load(rules))


def main(unit: str, state_dir: str, *program: str) -> NoReturn:
    directives = settings(Path(unit))
    try:
        _confine_files(directives, state_dir)
        _drop_rights()
        _filter_calls(directives)
    except NotAllowed as error:
        print(f"cannot confine: {error}", file=sys.stderr)
        sys.exit(NOT_ALLOWED)
    os.umask(int(directives["UMask"][0], 8))
    for assignment in directives["Environment"]:
        name, _, value = assignment.partition("=")
        os.environ[name] = value
    os.execv(program[0], program)


if __name__ == "__main__":
    main(*sys.argv[1:])
