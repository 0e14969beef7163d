#!/bin/sh
# Translates a video, or a folder of images, on many nodes: one task of an array a shard, then a job that joins them.
#
#   sbatch --array=1-8 slurm-shards.sh video walk.mp4 giraffes.mp4 --run runs/meadow --segmenter runs/sheep
#   sbatch --array=1-8 slurm-shards.sh translate photos giraffes --run runs/meadow --segmenter runs/sheep
#   sbatch --dependency=afterok:JOB slurm-shards.sh video walk.mp4 giraffes.mp4
#
# The last line joins; it takes --start and --duration of a video, or --sheet, as the shards had them. A task that is killed or
# requeued goes on from its last finished segment or image.
#SBATCH --job-name=instagan
#SBATCH --requeue
#SBATCH --gpus-per-task=1
set -eu
command=$1 input=$2 output=$3
shift 3
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
  set -- "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
else
  set -- "$@" --join
fi
exec npx instagan "$command" --input "$input" --output "$output" "$@"
