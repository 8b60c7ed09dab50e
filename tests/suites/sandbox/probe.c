/* What the sandbox suite runs inside a unit: one attempt after the other, a line each.
 *
 * Enters: a role (agent, controller, control, listen, euid). Leaves: lines "<name> <verdict> <detail>" on standard output,
 * verdict being done or refused; detail is the error's number. It never does lasting harm where an attempt succeeds:
 * the clock is set to what it reads, the module is rubbish, the device is only opened, what is written is removed.
 *
 * In C because each attempt is one raw system call, and unsafe code is denied in the workspace. Linked statically, so
 * that it runs in any tree.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LISTEN_PORT 47111 /* where the unsandboxed listener waits, on loopback of the container's own network */
#define SOMEBODY 990 /* any user but root */

/* An attempt gives 0 when it was done, else errno. */
typedef int attempt(void);

static int outcome(long result) { return result < 0 ? errno : 0; }

static int create_and_remove(const char *path)
{
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        return errno;
    int error = outcome(write(file, "x", 1));
    if (error == 0)
        error = outcome(fsync(file));
    close(file);
    unlink(path);
    return error;
}

static int read_some(const char *path)
{
    char byte;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno;
    int error = outcome(read(file, &byte, 1));
    close(file);
    return error;
}

static int open_socket(int family, int type, int protocol)
{
    int handle = socket(family, type | SOCK_CLOEXEC, protocol);
    if (handle < 0)
        return errno;
    close(handle);
    return 0;
}

/* Runs what would change this process for good in a child. */
static int in_child(attempt *what)
{
    int status = 0;
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0)
        _exit(what());
    if (waitpid(child, &status, 0) < 0)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- to be refused ---------------------------------------------------------------------------------------------- */

static int write_etc(void) { return create_and_remove("/etc/holdfast-probe"); }
static int write_own_configuration(void) { return create_and_remove("/etc/holdfast/probe"); }
static int write_usr(void) { return create_and_remove("/usr/holdfast-probe"); }
static int write_var_lib(void) { return create_and_remove("/var/lib/holdfast-probe"); }
static int read_home(void) { return read_some("/home/person/secret"); }
static int read_root(void) { return read_some("/root/secret"); }
static int see_other_processes(void) { return read_some("/proc/1/stat"); }
static int read_other_environment(void) { return read_some("/proc/1/environ"); }
static int socket_raw(void) { return open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }
static int socket_packet(void) { return open_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)); }
static int socket_netlink(void) { return open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); }
/* Done means: the call reached the module loader (which refuses rubbish), or a kernel without one. */
static int load_module(void)
{
    int error = outcome(syscall(SYS_init_module, "rubbish", 7UL, ""));
    return error == ENOEXEC || error == ENOSYS ? 0 : error;
}
static int mount_tmpfs(void)
{
    if (mount("none", "/mnt", "tmpfs", 0, "") != 0)
        return errno;
    umount("/mnt");
    return 0;
}
static int set_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return outcome(clock_settime(CLOCK_REALTIME, &now));
}
static int adjust_clock(void)
{
    struct timex change = {.modes = ADJ_OFFSET_SINGLESHOT, .offset = 0};
    return outcome(adjtimex(&change));
}
static int open_disk(void) { return outcome(open("/dev/probe-disk", O_RDONLY | O_NONBLOCK | O_CLOEXEC)); }
static int make_device(void)
{
    const char *directory = getenv("STATE_DIRECTORY");
    char path[256];
    snprintf(path, sizeof path, "%.*s/probe-node", (int)strcspn(directory ? directory : "/tmp", ":"), directory ? directory : "/tmp");
    if (mknod(path, S_IFCHR | 0600, (1 << 8) | 3) != 0)
        return errno;
    unlink(path);
    return 0;
}
static int map_writable_and_executable(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : 0;
}
static int make_executable_later(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}
static int change_personality_here(void) { return outcome(personality(ADDR_NO_RANDOMIZE)); }
static int change_personality(void) { return in_child(change_personality_here); }
static int trace_a_child(void)
{
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0) {
        pause();
        _exit(0);
    }
    int error = outcome(ptrace(PTRACE_SEIZE, child, 0, 0));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return error;
}
static int new_user_namespace_here(void) { return outcome(unshare(CLONE_NEWUSER)); }
static int new_user_namespace(void) { return in_child(new_user_namespace_here); }
static int new_mount_namespace_here(void) { return outcome(unshare(CLONE_NEWNS)); }
static int new_mount_namespace(void) { return in_child(new_mount_namespace_here); }
/* The program at this path belongs to root and has the setuid bit; it exits 0 only when that made it root. */
static int gain_root_by_setuid_here(void)
{
    if (geteuid() == 0 && (setgid(SOMEBODY) != 0 || setuid(SOMEBODY) != 0))
        return errno;
    execl("/usr/local/bin/probe-setuid", "probe-setuid", "euid", (char *)NULL);
    return errno;
}
static int gain_root_by_setuid(void) { return in_child(gain_root_by_setuid_here); }
static int become_root_here(void) { return outcome(setuid(0)); }
static int become_root(void) { return in_child(become_root_here); }
static int make_setuid_file(void)
{
    const char *directory = getenv("STATE_DIRECTORY");
    char path[256];
    snprintf(path, sizeof path, "%.*s/probe-suid", (int)strcspn(directory ? directory : "/tmp", ":"), directory ? directory : "/tmp");
    int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        return errno;
    int error = outcome(fchmod(file, 04755));
    close(file);
    unlink(path);
    return error;
}
static int read_kernel_log(void)
{
    char text[64];
    return outcome(klogctl(3, text, sizeof text));
}
static int write_tunable(void)
{
    int file = open("/proc/sys/net/ipv4/ip_default_ttl", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return errno;
    int error = outcome(write(file, "64\n", 3));
    close(file);
    return error;
}
static int set_hostname_here(void)
{
    char name[65] = "";
    gethostname(name, sizeof name);
    return outcome(sethostname(name, strlen(name)));
}
static int raise_priority_here(void) { return outcome(setpriority(PRIO_PROCESS, 0, -5)); }
static int raise_priority(void) { return in_child(raise_priority_here); }
static int load_bpf(void) { return outcome(syscall(SYS_bpf, 0, NULL, 0)) == EPERM ? EPERM : 0; }
static int make_control_group(void)
{
    if (mkdir("/sys/fs/cgroup/systemd/holdfast-probe", 0700) == 0)
        return outcome(rmdir("/sys/fs/cgroup/systemd/holdfast-probe"));
    if (errno == ENOENT && mkdir("/sys/fs/cgroup/holdfast-probe", 0700) == 0)
        return outcome(rmdir("/sys/fs/cgroup/holdfast-probe"));
    return errno;
}

/* ---- to be permitted -------------------------------------------------------------------------------------------- */

static int write_own_state(void)
{
    const char *directories = getenv("STATE_DIRECTORY");
    char path[256];
    if (directories == NULL)
        return ENOENT;
    for (const char *from = directories; *from != '\0';) {
        size_t length = strcspn(from, ":");
        snprintf(path, sizeof path, "%.*s/probe", (int)length, from);
        int error = create_and_remove(path);
        if (error != 0)
            return error;
        from += length + (from[length] == ':');
    }
    return 0;
}
static int bind_status_socket(void)
{
    const char *directory = getenv("RUNTIME_DIRECTORY");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (directory == NULL)
        return ENOENT;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/probe.sock", directory);
    int handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (handle < 0)
        return errno;
    int error = outcome(bind(handle, (struct sockaddr *)&address, sizeof address));
    if (error == 0)
        error = outcome(listen(handle, 4));
    close(handle);
    unlink(address.sun_path);
    return error;
}
static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}
static int connect_and_ask_tcp_info(void)
{
    struct sockaddr_in address = loopback(LISTEN_PORT);
    struct tcp_info information;
    socklen_t length = sizeof information;
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (handle < 0)
        return errno;
    int error = outcome(connect(handle, (struct sockaddr *)&address, sizeof address));
    if (error == 0)
        error = outcome(getsockopt(handle, IPPROTO_TCP, TCP_INFO, &information, &length));
    close(handle);
    return error;
}
static int listen_on_tcp(void)
{
    struct sockaddr_in address = loopback(8443);
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (handle < 0)
        return errno;
    int error = outcome(bind(handle, (struct sockaddr *)&address, sizeof address));
    if (error == 0)
        error = outcome(listen(handle, 4));
    close(handle);
    return error;
}
static int read_meminfo(void) { return read_some("/proc/meminfo"); }
static int read_stat(void) { return read_some("/proc/stat"); }
static int read_routes(void) { return read_some("/proc/net/route"); }
static int read_own_status(void) { return read_some("/proc/self/status"); }
static int read_configuration(void) { return read_some("/etc/holdfast/probe.toml"); }
static int read_interfaces(void)
{
    DIR *folder = opendir("/sys/class/net");
    if (folder == NULL)
        return errno;
    closedir(folder);
    return 0;
}
static int read_clock_state(void)
{
    struct timex state = {.modes = 0};
    return outcome(adjtimex(&state));
}
static int read_credential(void)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    char path[256];
    snprintf(path, sizeof path, "%s/spool.key", directory ? directory : "");
    return read_some(path);
}
static int read_boot_clock(void)
{
    struct timespec now;
    return outcome(clock_gettime(CLOCK_BOOTTIME, &now));
}
static int ask_disk_space(void)
{
    struct statvfs space;
    return outcome(statvfs("/", &space));
}
static int draw_random_bytes(void)
{
    char bytes[32];
    return outcome(getrandom(bytes, sizeof bytes, 0));
}

struct named {
    const char *name;
    attempt *run;
};

static const struct named FORBIDDEN[] = {
    {"write_etc", write_etc},
    {"write_own_configuration", write_own_configuration},
    {"write_usr", write_usr},
    {"write_var_lib", write_var_lib},
    {"read_home", read_home},
    {"read_root", read_root},
    {"see_other_processes", see_other_processes},
    {"read_other_environment", read_other_environment},
    {"socket_raw", socket_raw},
    {"socket_packet", socket_packet},
    {"socket_netlink", socket_netlink},
    {"load_module", load_module},
    {"mount_tmpfs", mount_tmpfs},
    {"set_clock", set_clock},
    {"adjust_clock", adjust_clock},
    {"open_disk", open_disk},
    {"make_device", make_device},
    {"map_writable_and_executable", map_writable_and_executable},
    {"make_executable_later", make_executable_later},
    {"change_personality", change_personality},
    {"trace_a_child", trace_a_child},
    {"new_user_namespace", new_user_namespace},
    {"new_mount_namespace", new_mount_namespace},
    {"gain_root_by_setuid", gain_root_by_setuid},
    {"become_root", become_root},
    {"make_setuid_file", make_setuid_file},
    {"read_kernel_log", read_kernel_log},
    {"write_tunable", write_tunable},
    {"set_hostname", set_hostname_here},
    {"raise_priority", raise_priority},
    {"load_bpf", load_bpf},
    {"make_control_group", make_control_group},
};

static const struct named PERMITTED[] = {
    {"write_own_state", write_own_state},
    {"bind_status_socket", bind_status_socket},
    {"connect_and_ask_tcp_info", connect_and_ask_tcp_info},
    {"read_own_status", read_own_status},
    {"read_configuration", read_configuration},
    {"read_boot_clock", read_boot_clock},
    {"ask_disk_space", ask_disk_space},
    {"draw_random_bytes", draw_random_bytes},
};

static const struct named PERMITTED_AGENT[] = {
    {"read_meminfo", read_meminfo},
    {"read_stat", read_stat},
    {"read_routes", read_routes},
    {"read_interfaces", read_interfaces},
    {"read_clock_state", read_clock_state},
};

static const struct named ONLY_AGENT[] = {
    {"read_credential", read_credential},
};

static const struct named PERMITTED_CONTROLLER[] = {
    {"listen_on_tcp", listen_on_tcp},
};

static void try_all(const char *kind, const struct named *list, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        int error = list[at].run();
        printf("%s %s %s %d %s\n", kind, list[at].name, error == 0 ? "done" : "refused", error, strerror(error));
    }
}
#define TRY_ALL(kind, list) try_all(kind, list, sizeof(list) / sizeof((list)[0]))

static int wait_for_connections(void)
{
    struct sockaddr_in address = loopback(LISTEN_PORT);
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (handle < 0 || bind(handle, (struct sockaddr *)&address, sizeof address) != 0 || listen(handle, 8) != 0)
        return 1;
    alarm(60); /* never outlives the suite */
    for (;;) {
        int connection = accept(handle, NULL, NULL);
        if (connection >= 0)
            close(connection);
    }
}

int main(int count, char **arguments)
{
    const char *role = count > 1 ? arguments[1] : "";
    if (strcmp(role, "euid") == 0)
        return geteuid() == 0 ? 0 : EPERM;
    if (strcmp(role, "listen") == 0)
        return wait_for_connections();
    TRY_ALL("forbidden", FORBIDDEN);
    TRY_ALL("permitted", PERMITTED);
    if (strcmp(role, "controller") != 0)
        TRY_ALL("permitted", PERMITTED_AGENT);
    if (strcmp(role, "agent") == 0)
        TRY_ALL("permitted", ONLY_AGENT);
    else
        TRY_ALL("permitted", PERMITTED_CONTROLLER);
    puts("end");
    return 0;
}
