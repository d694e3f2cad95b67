#!/usr/bin/env bash
# Starts a real Slurm of one node, from Debian's packages: no systemd, containers or accounting.
#
#   up.sh [FOLDER]      config, state and logs go there (default /tmp/mlx-slurm)
#
# It needs root, and apt-get if Slurm is not installed. Beside FOLDER it writes one symbolic link,
# /etc/slurm/slurm.conf, because the jobs look there. If that Slurm is up already, nothing happens.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

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
    command -v slurmctld slurmd sbatch munged >/dev/null && return
    command -v apt-get >/dev/null || fail "Slurm is not installed, nor is apt-get to install it"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
    local packages=(munge slurmctld slurmd slurm-client)
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
}

start_munged() {
    (umask 077 && head -c 128 /dev/urandom >"$folder/munge/key")
    munged --socket="$folder/munge/socket" --key-file="$folder/munge/key" \
        --pid-file="$folder/munged.pid" --log-file="$folder/log/munged" \
        --seed-file="$folder/munge/seed" || fail "munged does not start"
    wait_for munged munge --no-input --socket="$folder/munge/socket"
}

[[ $(id -u) == 0 ]] || fail "only root can start a Slurm"
if [[ -e $link && $(readlink "$link") != "$config" ]]; then
    fail "$link is there: this machine has a Slurm of its own"
fi
# Asking a Slurm that is not there takes seconds, asking for its process does not.
if kill -0 "$(cat "$folder/slurmctld.pid" 2>/dev/null)" 2>/dev/null && idle; then
    exit 0
fi
"$(dirname "${BASH_SOURCE[0]}")/down.sh" "$folder"
mkdir -p "$folder"/{log,state,spool,munge} /etc/slurm
chmod 755 "$folder" "$folder"/*/ # munged refuses folders that others can write to
install_packages
addresses
write_config
ln -sfn "$config" "$link"
start_munged
slurmctld || fail "slurmctld does not start"
wait_for slurmctld timeout 5 scontrol ping
slurmd || fail "slurmd does not start"
wait_for "the node" idle
