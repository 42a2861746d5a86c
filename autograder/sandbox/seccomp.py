"""The system calls that a worker may not make, as a BPF program.

The filter allows everything except calls that start or reach other processes, lower the process's own priority, open
the network, hide memory from RLIMIT_AS or give access to more of the kernel. libseccomp (through pyseccomp) writes it,
only for this machine's architecture: a call for another architecture ends the process.
"""

from __future__ import annotations

import errno
import functools
import tempfile

CLONE_THREAD = 0x00010000
PR_SET_PDEATHSIG = 1
TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15

START_PROCESSES = "fork vfork pidfd_open"
PROCESSES = "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd"
NETWORK = "socket socketpair"
NAMESPACES = """unshare setns mount umount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount
    fspick mount_setattr name_to_handle_at open_by_handle_at swapon swapoff quotactl quotactl_fd acct"""
HIDDEN_MEMORY = """memfd_create memfd_secret shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semtimedop
    semctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr"""
# Calls that make a process run later than others, so that the machine would seem to be too busy.
PRIORITIES = "setpriority ioprio_set sched_setaffinity sched_setparam sched_setscheduler sched_setattr"
# Calls with limits per machine or user, such as asynchronous requests: a worker could use them up for others.
SHARED_COUNTERS = "io_setup timer_create"
KERNEL = """io_uring_setup io_uring_enter io_uring_register bpf perf_event_open add_key request_key keyctl userfaultfd
    personality syslog kexec_load kexec_file_load init_module finit_module delete_module reboot fanotify_init
    modify_ldt iopl ioperm vhangup lookup_dcookie nfsservctl"""
# The second tier has no separate process namespace and no read-only file system. So the filter must also prevent
# signalling, limiting or slowing other processes, and changing metadata, which Landlock does not cover.
OTHERS = """kill tkill tgkill pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo setsid setpgid
    migrate_pages move_pages execve execveat"""
METADATA = """truncate chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat setxattr lsetxattr fsetxattr
    removexattr lremovexattr fremovexattr setxattrat removexattrat utime utimes futimesat utimensat file_setattr
    inotify_init inotify_init1 inotify_add_watch link linkat symlink symlinkat mknod mknodat"""

# Calls that older versions of libseccomp don't know; their numbers are the same on every architecture.
NUMBERS = {"pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443, "memfd_secret": 447}
NUMBERS |= {"process_mrelease": 448, "fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "file_setattr": 469}


class FilterUnavailable(RuntimeError):
    """The filter cannot be written here; the message says what is missing."""


@functools.lru_cache(maxsize=3)
def seccomp_program(shared_process_space: bool, may_fork: bool = False) -> bytes:
    """The BPF program. With `shared_process_space`, it also forbids what namespaces would prevent otherwise. may_fork:
    for a process that runs only our code, and whose children get the other filter, too.

    Raises FilterUnavailable if pyseccomp or libseccomp is missing.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError, AttributeError, TypeError) as error:
        raise FilterUnavailable(f"pyseccomp with libseccomp is needed ({error})") from error
    program = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(errno.EPERM)
    names = f"{PROCESSES} {NETWORK} {NAMESPACES} {HIDDEN_MEMORY} {KERNEL} {PRIORITIES} {SHARED_COUNTERS}"
    if shared_process_space:
        names = f"{names} {OTHERS} {METADATA}"
    if not may_fork:
        names = f"{names} {START_PROCESSES}"
        # Threads are clone() with CLONE_THREAD; the C library falls back to it where clone3, whose flags lie in memory
        # that a filter cannot read, does not exist.
        program.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, 0))
    for name in names.split():
        _refuse(pyseccomp, program, refuse, name)
    program.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    program.add_rule(refuse, "prctl", pyseccomp.Arg(0, pyseccomp.EQ, PR_SET_PDEATHSIG))
    for request in (TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP):
        program.add_rule(refuse, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    if shared_process_space:
        for command in (F_SETOWN, F_SETSIG, F_SETOWN_EX):  # could send any signal to any process of the same user
            program.add_rule(refuse, "fcntl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, command))
        # prlimit of another process of the same user could end it.
        program.add_rule(refuse, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return file.read()


def _refuse(pyseccomp, program, action: int, name: str) -> None:
    try:
        known = pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) != -1
        program.add_rule(action, name if known else NUMBERS.get(name, name))
    except OSError as error:
        # This libseccomp or architecture does not know the call. The self-test shows whether that matters.
        if error.errno not in (errno.EINVAL, errno.EDOM, errno.EFAULT):
            raise
