#!/usr/bin/env bash
# Stops what up.sh started, and no other process; leaves nothing behind.
#
#   down.sh [FOLDER]      as given to up.sh (default /tmp/mlx-slurm)
set -uo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

folder=${1:-/tmp/mlx-slurm}
link=/etc/slurm/slurm.conf

is_running() { # DAEMON: its process id may have become another's since it ended
    [[ $(cat "/proc/$(cat "$folder/$1.pid" 2>/dev/null)/comm" 2>/dev/null) == "$1" ]]
}

cancel_jobs() { # their processes would outlive the daemons
    timeout 10 scancel --user="$(id -un)" 2>/dev/null
    for _ in $(seq 50); do
        [[ -z $(timeout 5 squeue --noheader 2>/dev/null) ]] && return
        sleep 0.1
    done
}

stop() { # DAEMON
    local pid
    is_running "$1" || return
    pid=$(cat "$folder/$1.pid")
    kill "$pid"
    for _ in $(seq 100); do
        is_running "$1" || return
        sleep 0.1
    done
    kill -KILL "$pid"
}

is_running slurmctld && cancel_jobs
for daemon in slurmd slurmctld slurmdbd mariadbd munged; do
    stop "$daemon"
done
[[ $(readlink "$link") == "$folder/slurm.conf" ]] && rm -f "$link"
rm -rf "$folder"/{log,state,spool,munge,mariadb} "$folder"/{*.pid,slurm{,dbd}.conf,mariadb.socket}
rmdir "$folder" 2>/dev/null
exit 0
