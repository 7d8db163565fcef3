# SPDX-License-Identifier: EUPL-1.2
"""verdict.py RESULTS ROLE...: what probe.c found, judged.

Every role must have tried everything, and nothing that must be denied to it may
have succeeded. An attempt that fails without confinement too proves nothing:
it must have succeeded in the line "unconfined", but for those that this machine
denies to everybody (EXCUSED), and those that need what a test cannot give."""
import errno
import sys

# The engine owns the database and the control socket; nothing else is its.
FILES = """open_read open_write open_trunc open_wal open_root open_at list_folder
truncate unlink rename link create chmod chmod_fd chown utimes setxattr""".split()
UNIX = "connect_stream connect_pair bind_abstract socket_unix socket_unix64".split()
SECRETS = ["secret", "credential"]
NETWORK = """socket_inet socket_inet64 socket_inet6 socket_netlink
socket_vsock""".split()
# A path to the old calls of everybody's: never.
PROCESSES = """ptrace vm_read proc_mem proc_environ proc_fd pidfd kill kill_parent
kill_group kill_all tkill tgkill sigqueue setown setown_ioctl prlimit
setpriority setaffinity shm""".split()
KERNEL = """exec exec_memory unshare_user clone_user io_uring perf userfaultfd
keyctl bpf abi_i386 abi_x32""".split()
# For the engine: /proc of others is open to the owner of what is dumpable; no
# role is, which is what keeps it out (see dumpable in system.confinement).
ENGINE_MAY = FILES + UNIX + SECRETS + ["proc_environ", "proc_fd", "proc_mem"]
OTHERS_MAY = NETWORK
# None of its programs may use the network here, so neither may it.
RUNNER_MAY = ["exec"]

# Not to be had on many machines, whoever asks: a kernel without it, a sysctl, a
# container.
EXCUSED = {"unshare_user", "clone_user", "io_uring", "perf", "userfaultfd", "bpf",
           "abi_x32", "abi_i386", "socket_vsock", "setxattr", "vm_read", "proc_mem",
           "ptrace", "keyctl", "credential", "kill_parent", "socket_inet64",
           "socket_unix64"}
DENIED = {errno.EPERM, errno.EACCES}


def main():
    file, *roles = sys.argv[1:]
    found = {}
    for line in open(file):
        role, attempt, code = line.split()
        found.setdefault(role, {})[attempt] = int(code)
    everything = FILES + UNIX + SECRETS + NETWORK + PROCESSES + KERNEL
    bad = []
    alone = found.get("unconfined", {})
    for attempt in everything:
        if attempt not in alone:
            bad.append(f"unconfined: {attempt} was not tried")
        elif alone[attempt] and attempt not in EXCUSED:
            bad.append(f"unconfined: {attempt} fails too "
                       f"({errno.errorcode.get(alone[attempt])}): proves nothing")
    n = 0
    for role in roles:
        may = set({"engine": ENGINE_MAY, "runner": RUNNER_MAY}.get(
            role, OTHERS_MAY))
        for attempt in everything:
            code = found.get(role, {}).get(attempt)
            if code is None:
                bad.append(f"{role}: {attempt} was not tried")
            elif attempt in may:
                continue
            elif code == 0:
                bad.append(f"{role}: {attempt} SUCCEEDED")
            elif code == errno.ENOENT and attempt.startswith("proc_"):
                n += 1  # the unit hides who may not be traced (ProtectProc=)
            elif code not in DENIED and not alone.get(attempt):
                bad.append(f"{role}: {attempt} failed with "
                           f"{errno.errorcode.get(code, code)}, not for want of permission")
            else:
                n += 1
    print("\n".join(bad) or f"{n} attempts of {len(roles)} roles denied; "
          f"{sum(not c for c in alone.values())} of {len(alone)} succeed without confinement")
    return 1 if bad else 0


sys.exit(main())
