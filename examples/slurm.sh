#!/usr/bin/env bash
# Runs a sweep as a Slurm job array, one cell a task, from a folder that all nodes share and in which valuegrad is installed:
#
#   cells=$(npx valuegrad sweep sweep.yaml --count)
#   sbatch --array=0-$((cells - 1))%100 slurm.sh sweep.yaml runs/sweep
#
# %100 lets at most 100 tasks run at once. Afterwards, and at any time before, this merges what is finished and runs what is not:
#
#   npx valuegrad sweep sweep.yaml --out runs/sweep

#SBATCH --job-name=valuegrad
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
# two minutes before the time is up the cell saves itself
#SBATCH --signal=TERM@120

set -uo pipefail
file=${1:?name the sweep file}
out=${2:?name the folder of the results}

srun node_modules/.bin/valuegrad sweep "$file" --out "$out" --cell "$SLURM_ARRAY_TASK_ID"
code=$?

# 75: stopped before the end, everything is saved; the same task goes on where it was
if ((code == 75)); then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
