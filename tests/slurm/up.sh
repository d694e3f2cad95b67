#!/usr/bin/env bash
# Starts a real Slurm of one node, from Debian's packages: no systemd and no containers.
#
#   up.sh [--accounting] [FOLDER]      config, state and logs go there (default /tmp/mlx-slurm)
#
# With --accounting there are slurmdbd and a MariaDB too, and sacct tells of jobs.
#
# It needs root, and apt-get if Slurm is not installed. Beside FOLDER it writes one symbolic link,
# /etc/slurm/slurm.conf, because the jobs look there. If that Slurm is up already, nothing happens;
# if it is up and differs in accounting, it is started anew.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

accounting=
[[ ${1:-} == --accounting ]] && accounting=$1 && shift
folder=${1:-/tmp/mlx-slurm}
config=$folder/slurm.conf
link=/etc/slurm/slurm.conf
host=$(hostname -s)
cpus=4 # may be more than there are: jobs of tests mostly wait
memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)

fail() {
    echo "slurm/up.sh: $*" >&2
    tail -n 5 "$folder"/log/* >&2 2>/dev/null || true
    exit 1
}

is_up() {
    # Asking a Slurm that is not there takes seconds, asking for its process does not.
    kill -0 "$(cat "$folder/slurmctld.pid" 2>/dev/null)" 2>/dev/null || return
    [[ $([[ -e $folder/slurmdbd.conf ]] && echo --accounting) == "$accounting" ]] || return
    [[ -z $accounting ]] || timeout 5 sacct &>/dev/null || return
    idle
}

idle() { timeout 5 sinfo --noheader --Node --format=%t | grep -qxE 'idle|mix|alloc'; }

wait_for() { # WHAT COMMAND...
    local what=$1
    shift
    for _ in $(seq 150); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    fail "$what does not answer"
}

install_packages() {
    local packages=(munge slurmctld slurmd slurm-client) commands=(munged slurmctld slurmd sbatch)
    [[ -z $accounting ]] || packages+=(mariadb-server slurmdbd) commands+=(mariadbd slurmdbd)
    type -P "${commands[@]}" >/dev/null && return
    command -v apt-get >/dev/null || fail "Slurm is not installed, nor is apt-get to install it"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
    # RUNLEVEL keeps the packages from starting what they bring.
    RUNLEVEL=1 "${apt[@]}" "${packages[@]}" >"$folder/log/apt" 2>&1 && return
    apt-get update >>"$folder/log/apt" 2>&1 || fail "apt-get update failed"
    RUNLEVEL=1 "${apt[@]}" "${packages[@]}" >>"$folder/log/apt" 2>&1 || fail "apt-get failed"
}

# The daemons listen on the address of the machine's name where that is local to it.
addresses() {
    address=$(getent ahostsv4 "$host" | awk 'NR == 1 { print $1 }')
    listening=CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
    [[ $address == 127.* ]] || address=127.0.0.1 listening=
}

write_config() {
    cat >"$config" <<END
ClusterName=mlx
SlurmctldHost=$host($address)
$listening
NodeName=$host NodeAddr=$address CPUs=$cpus RealMemory=$memory
PartitionName=main Nodes=ALL Default=YES
PartitionName=other Nodes=ALL
# A partition that is asked for too much refuses; by default the job would wait for ever.
EnforcePartLimits=ALL
SlurmUser=root
AuthInfo=socket=$folder/munge/socket
# What cgroups and systemd do elsewhere.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
MailProg=/bin/true
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=100
# React at once.
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
KillWait=2
ReturnToService=2
# squeue shows jobs that ended for so many seconds.
MinJobAge=300
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld
SlurmdLogFile=$folder/log/slurmd
END
    [[ -z $accounting ]] || cat >>"$config" <<END
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=$address
AccountingStoragePass=$folder/munge/socket
END
}

start_munged() {
    (umask 077 && head -c 128 /dev/urandom >"$folder/munge/key")
    munged --socket="$folder/munge/socket" --key-file="$folder/munge/key" \
        --pid-file="$folder/munged.pid" --log-file="$folder/log/munged" \
        --seed-file="$folder/munge/seed" || fail "munged does not start"
    wait_for munged munge --no-input --socket="$folder/munge/socket"
}

# MariaDB listens on its socket only, and lets root in there.
start_mariadbd() {
    mariadb-install-db --no-defaults --user=root --datadir="$folder/mariadb" --skip-test-db \
        >"$folder/log/mariadb-install-db" 2>&1 || fail "mariadb-install-db failed"
    setsid mariadbd --no-defaults --user=root --datadir="$folder/mariadb" --skip-networking \
        --socket="$folder/mariadb.socket" --pid-file="$folder/mariadbd.pid" \
        >"$folder/log/mariadbd" 2>&1 </dev/null &
    wait_for mariadbd mariadb-admin --no-defaults --socket="$folder/mariadb.socket" ping
}

start_slurmdbd() {
    (umask 077 && cat >"$folder/slurmdbd.conf") <<END # it refuses one that others can read
DbdHost=$host
DbdAddr=$address
$listening
SlurmUser=root
AuthInfo=socket=$folder/munge/socket
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
PidFile=$folder/slurmdbd.pid
LogFile=$folder/log/slurmdbd
END
    MYSQL_UNIX_PORT="$folder/mariadb.socket" SLURM_CONF="$config" slurmdbd ||
        fail "slurmdbd does not start"
    wait_for slurmdbd timeout 5 sacctmgr --noheader list cluster
    sacctmgr --immediate add cluster mlx >"$folder/log/sacctmgr" || fail "sacctmgr failed"
}

[[ $(id -u) == 0 ]] || fail "only root can start a Slurm"
if [[ -e $link && $(readlink "$link") != "$config" ]]; then
    fail "$link is there: this machine has a Slurm of its own"
fi
is_up && exit
"$(dirname "${BASH_SOURCE[0]}")/down.sh" "$folder"
mkdir -p "$folder"/{log,state,spool,munge} /etc/slurm
chmod 755 "$folder" "$folder"/*/ # munged refuses folders that others can write to
install_packages
addresses
write_config
ln -sfn "$config" "$link"
start_munged
if [[ -n $accounting ]]; then
    start_mariadbd
    start_slurmdbd
fi
slurmctld || fail "slurmctld does not start"
wait_for slurmctld timeout 5 scontrol ping
slurmd || fail "slurmd does not start"
wait_for "the node" idle
