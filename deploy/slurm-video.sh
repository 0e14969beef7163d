#!/bin/sh
# Translates a video on many nodes: one task of an array a shard, then a job that joins them.
#
#   sbatch --array=1-8 slurm-video.sh walk.mp4 giraffes.mp4 --run runs/meadow --segmenter runs/sheep
#   sbatch --dependency=afterok:JOB slurm-video.sh walk.mp4 giraffes.mp4
#
# The second line joins. A task that is killed or requeued goes on from its last finished segment.
#SBATCH --job-name=instagan-video
#SBATCH --requeue
#SBATCH --gpus-per-task=1
set -eu
input=$1 output=$2
shift 2
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
  exec npx instagan video --input "$input" --output "$output" "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
fi
exec npx instagan video --input "$input" --output "$output" --join
