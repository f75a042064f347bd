/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of system call events, each written once: X(number, name, type, format of numbers, flags). The number,
 * SW_FLD_…, is the id of a reference and the index of its row.
 */
#ifndef SW_RUNTIME_FIELDS_ROWS_H
#define SW_RUNTIME_FIELDS_ROWS_H

#include "runtime/rules/field.h"

/* clang-format off */
#define SW_FIELDS_EVT_ANY(X) \
	X(EVT_NUM, "evt.num", UINT64, ID, 0) \
	X(EVT_TIME, "evt.time", CHARBUF, NA, 0) \
	X(EVT_TIME_S, "evt.time.s", CHARBUF, NA, 0) \
	X(EVT_TIME_ISO8601, "evt.time.iso8601", CHARBUF, NA, 0) \
	X(EVT_DATETIME, "evt.datetime", CHARBUF, NA, 0) \
	X(EVT_DATETIME_S, "evt.datetime.s", CHARBUF, NA, 0) \
	X(EVT_RAWTIME, "evt.rawtime", ABSTIME, DEC, 0) \
	X(EVT_RAWTIME_S, "evt.rawtime.s", ABSTIME, DEC, 0) \
	X(EVT_RAWTIME_NS, "evt.rawtime.ns", ABSTIME, PADDED, 0) \
	X(EVT_RELTIME, "evt.reltime", RELTIME, PADDED, 0) \
	X(EVT_RELTIME_S, "evt.reltime.s", RELTIME, DEC, 0) \
	X(EVT_RELTIME_NS, "evt.reltime.ns", RELTIME, PADDED, 0) \
	X(EVT_PLUGINNAME, "evt.pluginname", CHARBUF, NA, 0) \
	X(EVT_PLUGININFO, "evt.plugininfo", CHARBUF, NA, 0) \
	X(EVT_SOURCE, "evt.source", CHARBUF, NA, 0) \
	X(EVT_IS_ASYNC, "evt.is_async", BOOL, NA, 0) \
	X(EVT_ASYNCTYPE, "evt.asynctype", CHARBUF, NA, 0) \
	X(EVT_HOSTNAME, "evt.hostname", CHARBUF, NA, 0)

#define SW_FIELDS_EVT(X) \
	X(EVT_LATENCY, "evt.latency", RELTIME, DEC, SW_FF_DEPRECATED) \
	X(EVT_LATENCY_S, "evt.latency.s", RELTIME, DEC, SW_FF_DEPRECATED) \
	X(EVT_LATENCY_NS, "evt.latency.ns", RELTIME, PADDED, SW_FF_DEPRECATED) \
	X(EVT_LATENCY_QUANTIZED, "evt.latency.quantized", UINT64, DEC, SW_FF_TABLE_ONLY | SW_FF_DEPRECATED) \
	X(EVT_LATENCY_HUMAN, "evt.latency.human", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(EVT_DELTATIME, "evt.deltatime", RELTIME, DEC, 0) \
	X(EVT_DELTATIME_S, "evt.deltatime.s", RELTIME, DEC, 0) \
	X(EVT_DELTATIME_NS, "evt.deltatime.ns", RELTIME, PADDED, SW_FF_JSON_NUMBER) \
	X(EVT_OUTPUTTIME, "evt.outputtime", CHARBUF, NA, SW_FF_PRINT_ONLY) \
	X(EVT_DIR, "evt.dir", CHARBUF, DIR, SW_FF_DEPRECATED) \
	X(EVT_TYPE, "evt.type", CHARBUF, NA, 0) \
	X(EVT_TYPE_IS, "evt.type.is", UINT32, NA, SW_FF_ARG_REQUIRED | SW_FF_DOTARG) \
	X(SYSCALL_TYPE, "syscall.type", CHARBUF, NA, 0) \
	X(EVT_CATEGORY, "evt.category", CHARBUF, NA, 0) \
	X(EVT_CPU, "evt.cpu", INT16, ID, 0) \
	X(EVT_ARGS, "evt.args", CHARBUF, NA, 0) \
	X(EVT_ARG, "evt.arg", CHARBUF, NA, SW_FF_ARG_REQUIRED | SW_FF_ARG_INDEX | SW_FF_ARG_KEY | SW_FF_UNSTABLE | SW_FF_DOTARG) \
	X(EVT_RAWARG, "evt.rawarg", DYN, NA, SW_FF_ARG_REQUIRED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_DOTARG) \
	X(EVT_INFO, "evt.info", CHARBUF, NA, 0) \
	X(EVT_BUFFER, "evt.buffer", BYTEBUF, NA, SW_FF_UNSTABLE) \
	X(EVT_BUFLEN, "evt.buflen", UINT64, DEC, 0) \
	X(EVT_RES, "evt.res", CHARBUF, DEC, SW_FF_UNSTABLE) \
	X(EVT_RAWRES, "evt.rawres", INT64, DEC, 0) \
	X(EVT_FAILED, "evt.failed", BOOL, NA, 0) \
	X(EVT_IS_IO, "evt.is_io", BOOL, NA, 0) \
	X(EVT_IS_IO_READ, "evt.is_io_read", BOOL, NA, 0) \
	X(EVT_IS_IO_WRITE, "evt.is_io_write", BOOL, NA, 0) \
	X(EVT_IO_DIR, "evt.io_dir", CHARBUF, NA, 0) \
	X(EVT_IS_WAIT, "evt.is_wait", BOOL, NA, 0) \
	X(EVT_WAIT_LATENCY, "evt.wait_latency", RELTIME, DEC, SW_FF_DEPRECATED) \
	X(EVT_IS_SYSLOG, "evt.is_syslog", BOOL, NA, 0) \
	X(EVT_COUNT, "evt.count", UINT32, DEC, 0) \
	X(EVT_COUNT_ERROR, "evt.count.error", UINT32, DEC, 0) \
	X(EVT_COUNT_ERROR_FILE, "evt.count.error.file", UINT32, DEC, 0) \
	X(EVT_COUNT_ERROR_NET, "evt.count.error.net", UINT32, DEC, 0) \
	X(EVT_COUNT_ERROR_MEMORY, "evt.count.error.memory", UINT32, DEC, 0) \
	X(EVT_COUNT_ERROR_OTHER, "evt.count.error.other", UINT32, DEC, 0) \
	X(EVT_COUNT_EXIT, "evt.count.exit", UINT32, DEC, 0) \
	X(EVT_COUNT_PROCINFO, "evt.count.procinfo", UINT32, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_COUNT_THREADINFO, "evt.count.threadinfo", UINT32, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_ABSPATH, "evt.abspath", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_DOTARG) \
	X(EVT_BUFLEN_IN, "evt.buflen.in", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_OUT, "evt.buflen.out", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_FILE, "evt.buflen.file", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_FILE_IN, "evt.buflen.file.in", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_FILE_OUT, "evt.buflen.file.out", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_NET, "evt.buflen.net", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_NET_IN, "evt.buflen.net.in", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_BUFLEN_NET_OUT, "evt.buflen.net.out", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(EVT_IS_OPEN_READ, "evt.is_open_read", BOOL, NA, 0) \
	X(EVT_IS_OPEN_WRITE, "evt.is_open_write", BOOL, NA, 0) \
	X(EVT_INFRA_DOCKER_NAME, "evt.infra.docker.name", CHARBUF, NA, SW_FF_TABLE_ONLY) \
	X(EVT_INFRA_DOCKER_CONTAINER_ID, "evt.infra.docker.container.id", CHARBUF, NA, SW_FF_TABLE_ONLY) \
	X(EVT_INFRA_DOCKER_CONTAINER_NAME, "evt.infra.docker.container.name", CHARBUF, NA, SW_FF_TABLE_ONLY) \
	X(EVT_INFRA_DOCKER_CONTAINER_IMAGE, "evt.infra.docker.container.image", CHARBUF, NA, SW_FF_TABLE_ONLY) \
	X(EVT_IS_OPEN_EXEC, "evt.is_open_exec", BOOL, NA, 0) \
	X(EVT_IS_OPEN_CREATE, "evt.is_open_create", BOOL, NA, 0) \
	X(EVT_AROUND, "evt.around", UINT64, DEC, SW_FF_FILTER_ONLY | SW_FF_ARG_REQUIRED | SW_FF_ARG_INDEX | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER)

#define SW_FIELDS_PROC(X) \
	X(PROC_EXE, "proc.exe", CHARBUF, NA, 0) \
	X(PROC_PEXE, "proc.pexe", CHARBUF, NA, 0) \
	X(PROC_AEXE, "proc.aexe", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ARG_INDEX) \
	X(PROC_EXEPATH, "proc.exepath", CHARBUF, NA, 0) \
	X(PROC_PEXEPATH, "proc.pexepath", CHARBUF, NA, 0) \
	X(PROC_AEXEPATH, "proc.aexepath", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ARG_INDEX) \
	X(PROC_NAME, "proc.name", CHARBUF, NA, 0) \
	X(PROC_PNAME, "proc.pname", CHARBUF, NA, 0) \
	X(PROC_ANAME, "proc.aname", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ARG_INDEX) \
	X(PROC_ARGS, "proc.args", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_ARG_INDEX) \
	X(PROC_AARGS, "proc.aargs", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_ARG_INDEX) \
	X(PROC_CMDLINE, "proc.cmdline", CHARBUF, NA, 0) \
	X(PROC_PCMDLINE, "proc.pcmdline", CHARBUF, NA, 0) \
	X(PROC_ACMDLINE, "proc.acmdline", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ARG_INDEX) \
	X(PROC_CMDNARGS, "proc.cmdnargs", UINT64, DEC, 0) \
	X(PROC_CMDLENARGS, "proc.cmdlenargs", UINT64, DEC, 0) \
	X(PROC_EXELINE, "proc.exeline", CHARBUF, NA, 0) \
	X(PROC_ENV, "proc.env", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_ARG_INDEX | SW_FF_ARG_KEY) \
	X(PROC_AENV, "proc.aenv", CHARBUF, NA, SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ARG_INDEX | SW_FF_ARG_KEY) \
	X(PROC_CWD, "proc.cwd", CHARBUF, NA, 0) \
	X(PROC_LOGINSHELLID, "proc.loginshellid", INT64, ID, 0) \
	X(PROC_TTY, "proc.tty", UINT32, ID, 0) \
	X(PROC_PID, "proc.pid", INT64, ID, 0) \
	X(PROC_PPID, "proc.ppid", INT64, ID, 0) \
	X(PROC_APID, "proc.apid", INT64, ID, SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ARG_INDEX) \
	X(PROC_VPID, "proc.vpid", INT64, ID, 0) \
	X(PROC_PVPID, "proc.pvpid", INT64, ID, 0) \
	X(PROC_SID, "proc.sid", INT64, ID, 0) \
	X(PROC_SNAME, "proc.sname", CHARBUF, NA, 0) \
	X(PROC_SID_EXE, "proc.sid.exe", CHARBUF, NA, 0) \
	X(PROC_SID_EXEPATH, "proc.sid.exepath", CHARBUF, NA, 0) \
	X(PROC_VPGID, "proc.vpgid", INT64, ID, 0) \
	X(PROC_VPGID_NAME, "proc.vpgid.name", CHARBUF, NA, 0) \
	X(PROC_VPGID_EXE, "proc.vpgid.exe", CHARBUF, NA, 0) \
	X(PROC_VPGID_EXEPATH, "proc.vpgid.exepath", CHARBUF, NA, 0) \
	X(PROC_PGID, "proc.pgid", INT64, ID, 0) \
	X(PROC_PGID_NAME, "proc.pgid.name", CHARBUF, NA, 0) \
	X(PROC_PGID_EXE, "proc.pgid.exe", CHARBUF, NA, 0) \
	X(PROC_PGID_EXEPATH, "proc.pgid.exepath", CHARBUF, NA, 0) \
	X(PROC_DURATION, "proc.duration", RELTIME, DEC, 0) \
	X(PROC_PPID_DURATION, "proc.ppid.duration", RELTIME, DEC, 0) \
	X(PROC_PID_TS, "proc.pid.ts", RELTIME, DEC, 0) \
	X(PROC_PPID_TS, "proc.ppid.ts", RELTIME, DEC, 0) \
	X(PROC_IS_EXE_WRITABLE, "proc.is_exe_writable", BOOL, NA, 0) \
	X(PROC_IS_EXE_UPPER_LAYER, "proc.is_exe_upper_layer", BOOL, NA, 0) \
	X(PROC_IS_EXE_LOWER_LAYER, "proc.is_exe_lower_layer", BOOL, NA, 0) \
	X(PROC_IS_EXE_FROM_MEMFD, "proc.is_exe_from_memfd", BOOL, NA, 0) \
	X(PROC_IS_SID_LEADER, "proc.is_sid_leader", BOOL, NA, 0) \
	X(PROC_IS_VPGID_LEADER, "proc.is_vpgid_leader", BOOL, NA, 0) \
	X(PROC_IS_PGID_LEADER, "proc.is_pgid_leader", BOOL, NA, 0) \
	X(PROC_EXE_INO, "proc.exe_ino", INT64, DEC, 0) \
	X(PROC_EXE_INO_CTIME, "proc.exe_ino.ctime", ABSTIME, DEC, 0) \
	X(PROC_EXE_INO_MTIME, "proc.exe_ino.mtime", ABSTIME, DEC, 0) \
	X(PROC_EXE_INO_CTIME_DURATION_PROC_START, "proc.exe_ino.ctime_duration_proc_start", ABSTIME, DEC, 0) \
	X(PROC_EXE_INO_CTIME_DURATION_PIDNS_START, "proc.exe_ino.ctime_duration_pidns_start", ABSTIME, DEC, 0) \
	X(PROC_PIDNS_INIT_START_TS, "proc.pidns_init_start_ts", UINT64, DEC, 0) \
	X(THREAD_CAP_PERMITTED, "thread.cap_permitted", CHARBUF, NA, 0) \
	X(THREAD_CAP_INHERITABLE, "thread.cap_inheritable", CHARBUF, NA, 0) \
	X(THREAD_CAP_EFFECTIVE, "thread.cap_effective", CHARBUF, NA, 0) \
	X(PROC_FDOPENCOUNT, "proc.fdopencount", UINT64, DEC, 0) \
	X(PROC_FDLIMIT, "proc.fdlimit", INT64, DEC, 0) \
	X(PROC_FDUSAGE, "proc.fdusage", DOUBLE, NA, 0) \
	X(PROC_VMSIZE, "proc.vmsize", UINT64, DEC, 0) \
	X(PROC_VMRSS, "proc.vmrss", UINT64, DEC, 0) \
	X(PROC_VMSWAP, "proc.vmswap", UINT64, DEC, 0) \
	X(THREAD_PFMAJOR, "thread.pfmajor", UINT64, DEC, 0) \
	X(THREAD_PFMINOR, "thread.pfminor", UINT64, DEC, 0) \
	X(THREAD_TID, "thread.tid", INT64, ID, 0) \
	X(THREAD_ISMAIN, "thread.ismain", BOOL, NA, 0) \
	X(THREAD_VTID, "thread.vtid", INT64, ID, 0) \
	X(THREAD_NAMETID, "thread.nametid", CHARBUF, NA, SW_FF_TABLE_ONLY) \
	X(THREAD_EXECTIME, "thread.exectime", RELTIME, DEC, 0) \
	X(THREAD_TOTEXECTIME, "thread.totexectime", RELTIME, DEC, 0) \
	X(THREAD_CGROUPS, "thread.cgroups", CHARBUF, NA, 0) \
	X(THREAD_CGROUP, "thread.cgroup", CHARBUF, NA, SW_FF_ARG_REQUIRED | SW_FF_DOTARG) \
	X(PROC_NTHREADS, "proc.nthreads", UINT64, DEC, 0) \
	X(PROC_NCHILDS, "proc.nchilds", UINT64, DEC, 0) \
	X(THREAD_CPU, "thread.cpu", DOUBLE, NA, 0) \
	X(THREAD_CPU_USER, "thread.cpu.user", DOUBLE, NA, 0) \
	X(THREAD_CPU_SYSTEM, "thread.cpu.system", DOUBLE, NA, 0) \
	X(THREAD_VMSIZE, "thread.vmsize", UINT64, DEC, 0) \
	X(THREAD_VMRSS, "thread.vmrss", UINT64, DEC, 0) \
	X(THREAD_VMSIZE_B, "thread.vmsize.b", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(THREAD_VMRSS_B, "thread.vmrss.b", UINT64, DEC, SW_FF_TABLE_ONLY) \
	X(PROC_STDIN_TYPE, "proc.stdin.type", CHARBUF, NA, 0) \
	X(PROC_STDOUT_TYPE, "proc.stdout.type", CHARBUF, NA, 0) \
	X(PROC_STDERR_TYPE, "proc.stderr.type", CHARBUF, NA, 0) \
	X(PROC_STDIN_NAME, "proc.stdin.name", CHARBUF, NA, 0) \
	X(PROC_STDOUT_NAME, "proc.stdout.name", CHARBUF, NA, 0) \
	X(PROC_STDERR_NAME, "proc.stderr.name", CHARBUF, NA, 0)

#define SW_FIELDS_USER(X) \
	X(USER_UID, "user.uid", UINT32, ID, 0) \
	X(USER_NAME, "user.name", CHARBUF, NA, 0) \
	X(USER_HOMEDIR, "user.homedir", CHARBUF, NA, 0) \
	X(USER_SHELL, "user.shell", CHARBUF, NA, 0) \
	X(USER_LOGINUID, "user.loginuid", INT64, ID, 0) \
	X(USER_LOGINNAME, "user.loginname", CHARBUF, NA, 0)

#define SW_FIELDS_GROUP(X) \
	X(GROUP_GID, "group.gid", UINT32, ID, 0) \
	X(GROUP_NAME, "group.name", CHARBUF, NA, 0)

#define SW_FIELDS_FD(X) \
	X(FD_NUM, "fd.num", INT64, ID, 0) \
	X(FD_TYPE, "fd.type", CHARBUF, DEC, 0) \
	X(FD_TYPECHAR, "fd.typechar", CHARBUF, DEC, 0) \
	X(FD_NAME, "fd.name", CHARBUF, NA, 0) \
	X(FD_DIRECTORY, "fd.directory", CHARBUF, NA, 0) \
	X(FD_FILENAME, "fd.filename", CHARBUF, NA, 0) \
	X(FD_IP, "fd.ip", IPADDR, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ALTS_NE_ALL | SW_FF_EMPTY) \
	X(FD_CIP, "fd.cip", IPADDR, NA, 0) \
	X(FD_SIP, "fd.sip", IPADDR, NA, 0) \
	X(FD_LIP, "fd.lip", IPADDR, NA, 0) \
	X(FD_RIP, "fd.rip", IPADDR, NA, 0) \
	X(FD_PORT, "fd.port", PORT, DEC, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ALTS_NE_ALL | SW_FF_EMPTY) \
	X(FD_CPORT, "fd.cport", PORT, DEC, 0) \
	X(FD_SPORT, "fd.sport", PORT, DEC, 0) \
	X(FD_LPORT, "fd.lport", PORT, DEC, 0) \
	X(FD_RPORT, "fd.rport", PORT, DEC, 0) \
	X(FD_L4PROTO, "fd.l4proto", CHARBUF, NA, 0) \
	X(FD_SOCKFAMILY, "fd.sockfamily", CHARBUF, NA, 0) \
	X(FD_IS_SERVER, "fd.is_server", BOOL, NA, 0) \
	X(FD_UID, "fd.uid", CHARBUF, NA, 0) \
	X(FD_CONTAINERNAME, "fd.containername", CHARBUF, NA, 0) \
	X(FD_CONTAINERDIRECTORY, "fd.containerdirectory", CHARBUF, NA, 0) \
	X(FD_PROTO, "fd.proto", PORT, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ALTS_NE_ALL | SW_FF_EMPTY) \
	X(FD_CPROTO, "fd.cproto", CHARBUF, NA, 0) \
	X(FD_SPROTO, "fd.sproto", CHARBUF, NA, 0) \
	X(FD_LPROTO, "fd.lproto", CHARBUF, NA, 0) \
	X(FD_RPROTO, "fd.rproto", CHARBUF, NA, 0) \
	X(FD_NET, "fd.net", IPNET, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_ALTS | SW_FF_ALTS_NE_ALL | SW_FF_EMPTY) \
	X(FD_CNET, "fd.cnet", IPNET, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER) \
	X(FD_SNET, "fd.snet", IPNET, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER) \
	X(FD_LNET, "fd.lnet", IPNET, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER) \
	X(FD_RNET, "fd.rnet", IPNET, NA, SW_FF_FILTER_ONLY | SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER) \
	X(FD_CONNECTED, "fd.connected", BOOL, NA, 0) \
	X(FD_NAME_CHANGED, "fd.name_changed", BOOL, NA, 0) \
	X(FD_CIP_NAME, "fd.cip.name", CHARBUF, NA, SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_NAMES | SW_FF_EMPTY) \
	X(FD_SIP_NAME, "fd.sip.name", CHARBUF, NA, SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_NAMES | SW_FF_EMPTY) \
	X(FD_LIP_NAME, "fd.lip.name", CHARBUF, NA, SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_NAMES | SW_FF_EMPTY) \
	X(FD_RIP_NAME, "fd.rip.name", CHARBUF, NA, SW_FF_NO_RHS | SW_FF_NO_TRANSFORMER | SW_FF_NAMES | SW_FF_EMPTY) \
	X(FD_DEV, "fd.dev", INT32, HEX, 0) \
	X(FD_DEV_MAJOR, "fd.dev.major", INT32, DEC, 0) \
	X(FD_DEV_MINOR, "fd.dev.minor", INT32, DEC, 0) \
	X(FD_INO, "fd.ino", INT64, DEC, 0) \
	X(FD_NAMERAW, "fd.nameraw", CHARBUF, NA, 0) \
	X(FD_TYPES, "fd.types", CHARBUF, DEC, SW_FF_LIST | SW_FF_ARG_ALLOWED | SW_FF_NO_RHS | SW_FF_ARG_INDEX | SW_FF_EMPTY) \
	X(FD_IS_UPPER_LAYER, "fd.is_upper_layer", BOOL, NA, 0) \
	X(FD_IS_LOWER_LAYER, "fd.is_lower_layer", BOOL, NA, 0)

#define SW_FIELDS_FS(X) \
	X(FS_PATH_NAME, "fs.path.name", CHARBUF, NA, 0) \
	X(FS_PATH_NAMERAW, "fs.path.nameraw", CHARBUF, NA, 0) \
	X(FS_PATH_SOURCE, "fs.path.source", CHARBUF, NA, 0) \
	X(FS_PATH_SOURCERAW, "fs.path.sourceraw", CHARBUF, NA, 0) \
	X(FS_PATH_TARGET, "fs.path.target", CHARBUF, NA, 0) \
	X(FS_PATH_TARGETRAW, "fs.path.targetraw", CHARBUF, NA, 0)

#define SW_FIELDS_UTIL(X) \
	X(UTIL_CNT, "util.cnt", UINT64, ID, 0)

#define SW_FIELDS_FDLIST(X) \
	X(FDLIST_NUMS, "fdlist.nums", CHARBUF, ID, 0) \
	X(FDLIST_NAMES, "fdlist.names", CHARBUF, NA, 0) \
	X(FDLIST_CIPS, "fdlist.cips", CHARBUF, NA, 0) \
	X(FDLIST_SIPS, "fdlist.sips", CHARBUF, NA, 0) \
	X(FDLIST_CPORTS, "fdlist.cports", CHARBUF, DEC, 0) \
	X(FDLIST_SPORTS, "fdlist.sports", CHARBUF, DEC, 0)

#define SW_FIELDS_CONTAINER(X) \
	X(CONTAINER_ID, "container.id", CHARBUF, NA, SW_FF_SUGGESTED) \
	X(CONTAINER_FULL_ID, "container.full_id", CHARBUF, NA, 0) \
	X(CONTAINER_NAME, "container.name", CHARBUF, NA, SW_FF_SUGGESTED) \
	X(CONTAINER_IMAGE, "container.image", CHARBUF, NA, 0) \
	X(CONTAINER_IMAGE_ID, "container.image.id", CHARBUF, NA, 0) \
	X(CONTAINER_TYPE, "container.type", CHARBUF, NA, 0) \
	X(CONTAINER_PRIVILEGED, "container.privileged", BOOL, NA, 0) \
	X(CONTAINER_MOUNTS, "container.mounts", CHARBUF, NA, 0) \
	X(CONTAINER_MOUNT, "container.mount", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_INDEX | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_MOUNT_SOURCE, "container.mount.source", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_INDEX | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_MOUNT_DEST, "container.mount.dest", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_INDEX | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_MOUNT_MODE, "container.mount.mode", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_INDEX | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_MOUNT_RDWR, "container.mount.rdwr", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_INDEX | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_MOUNT_PROPAGATION, "container.mount.propagation", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_INDEX | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_IMAGE_REPOSITORY, "container.image.repository", CHARBUF, NA, SW_FF_SUGGESTED) \
	X(CONTAINER_IMAGE_TAG, "container.image.tag", CHARBUF, NA, SW_FF_SUGGESTED) \
	X(CONTAINER_IMAGE_DIGEST, "container.image.digest", CHARBUF, NA, 0) \
	X(CONTAINER_HEALTHCHECK, "container.healthcheck", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(CONTAINER_LIVENESS_PROBE, "container.liveness_probe", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(CONTAINER_READINESS_PROBE, "container.readiness_probe", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(CONTAINER_START_TS, "container.start_ts", ABSTIME, DEC, 0) \
	X(CONTAINER_DURATION, "container.duration", RELTIME, DEC, 0) \
	X(CONTAINER_IP, "container.ip", CHARBUF, NA, 0) \
	X(CONTAINER_CNI_JSON, "container.cni.json", CHARBUF, NA, 0) \
	X(CONTAINER_HOST_PID, "container.host_pid", BOOL, NA, 0) \
	X(CONTAINER_HOST_NETWORK, "container.host_network", BOOL, NA, 0) \
	X(CONTAINER_HOST_IPC, "container.host_ipc", BOOL, NA, 0) \
	X(CONTAINER_LABEL, "container.label", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(CONTAINER_LABELS, "container.labels", CHARBUF, NA, 0) \
	X(PROC_IS_CONTAINER_HEALTHCHECK, "proc.is_container_healthcheck", BOOL, NA, SW_FF_DEPRECATED) \
	X(PROC_IS_CONTAINER_LIVENESS_PROBE, "proc.is_container_liveness_probe", BOOL, NA, SW_FF_DEPRECATED) \
	X(PROC_IS_CONTAINER_READINESS_PROBE, "proc.is_container_readiness_probe", BOOL, NA, SW_FF_DEPRECATED) \
	X(K8S_POD_NAME, "k8s.pod.name", CHARBUF, NA, SW_FF_SUGGESTED) \
	X(K8S_NS_NAME, "k8s.ns.name", CHARBUF, NA, SW_FF_SUGGESTED) \
	X(K8S_POD_ID, "k8s.pod.id", CHARBUF, NA, 0) \
	X(K8S_POD_UID, "k8s.pod.uid", CHARBUF, NA, 0) \
	X(K8S_POD_SANDBOX_ID, "k8s.pod.sandbox_id", CHARBUF, NA, 0) \
	X(K8S_POD_FULL_SANDBOX_ID, "k8s.pod.full_sandbox_id", CHARBUF, NA, 0) \
	X(K8S_POD_LABEL, "k8s.pod.label", CHARBUF, NA, SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(K8S_POD_LABELS, "k8s.pod.labels", CHARBUF, NA, 0) \
	X(K8S_POD_IP, "k8s.pod.ip", CHARBUF, NA, 0) \
	X(K8S_POD_CNI_JSON, "k8s.pod.cni.json", CHARBUF, NA, 0) \
	X(K8S_RC_NAME, "k8s.rc.name", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_RC_ID, "k8s.rc.id", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_RC_LABEL, "k8s.rc.label", CHARBUF, NA, SW_FF_DEPRECATED | SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(K8S_RC_LABELS, "k8s.rc.labels", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_SVC_NAME, "k8s.svc.name", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_SVC_ID, "k8s.svc.id", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_SVC_LABEL, "k8s.svc.label", CHARBUF, NA, SW_FF_DEPRECATED | SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(K8S_SVC_LABELS, "k8s.svc.labels", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_NS_ID, "k8s.ns.id", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_NS_LABEL, "k8s.ns.label", CHARBUF, NA, SW_FF_DEPRECATED | SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(K8S_NS_LABELS, "k8s.ns.labels", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_RS_NAME, "k8s.rs.name", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_RS_ID, "k8s.rs.id", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_RS_LABEL, "k8s.rs.label", CHARBUF, NA, SW_FF_DEPRECATED | SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(K8S_RS_LABELS, "k8s.rs.labels", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_DEPLOYMENT_NAME, "k8s.deployment.name", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_DEPLOYMENT_ID, "k8s.deployment.id", CHARBUF, NA, SW_FF_DEPRECATED) \
	X(K8S_DEPLOYMENT_LABEL, "k8s.deployment.label", CHARBUF, NA, SW_FF_DEPRECATED | SW_FF_ARG_KEY | SW_FF_ARG_REQUIRED) \
	X(K8S_DEPLOYMENT_LABELS, "k8s.deployment.labels", CHARBUF, NA, SW_FF_DEPRECATED)

/* clang-format on */

#define SW_FIELD_NUMBER(id, name, type, format, flags) SW_FLD_##id,
enum sw_field_evt_any { SW_FIELDS_EVT_ANY(SW_FIELD_NUMBER) SW_FIELDS_EVT_ANY_N };
enum sw_field_evt { SW_FIELDS_EVT(SW_FIELD_NUMBER) SW_FIELDS_EVT_N };
enum sw_field_proc { SW_FIELDS_PROC(SW_FIELD_NUMBER) SW_FIELDS_PROC_N };
enum sw_field_user { SW_FIELDS_USER(SW_FIELD_NUMBER) SW_FIELDS_USER_N };
enum sw_field_group { SW_FIELDS_GROUP(SW_FIELD_NUMBER) SW_FIELDS_GROUP_N };
enum sw_field_fd { SW_FIELDS_FD(SW_FIELD_NUMBER) SW_FIELDS_FD_N };
enum sw_field_fs { SW_FIELDS_FS(SW_FIELD_NUMBER) SW_FIELDS_FS_N };
enum sw_field_util { SW_FIELDS_UTIL(SW_FIELD_NUMBER) SW_FIELDS_UTIL_N };
enum sw_field_fdlist { SW_FIELDS_FDLIST(SW_FIELD_NUMBER) SW_FIELDS_FDLIST_N };
enum sw_field_container { SW_FIELDS_CONTAINER(SW_FIELD_NUMBER) SW_FIELDS_CONTAINER_N };

extern const struct sw_field sw_field_rows_evt_any[];
extern const struct sw_field sw_field_rows_evt[];
extern const struct sw_field sw_field_rows_proc[];
extern const struct sw_field sw_field_rows_user[];
extern const struct sw_field sw_field_rows_group[];
extern const struct sw_field sw_field_rows_fd[];
extern const struct sw_field sw_field_rows_fs[];
extern const struct sw_field sw_field_rows_util[];
extern const struct sw_field sw_field_rows_fdlist[];
extern const struct sw_field sw_field_rows_container[];

#endif
