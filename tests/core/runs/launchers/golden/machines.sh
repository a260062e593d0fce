#!/bin/bash

# Parameters
#SBATCH --error=FOLDER/engine/%j_0_log.err
#SBATCH --gpus-per-node=4
#SBATCH --job-name=counterproof-NAME
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --open-mode=append
#SBATCH --output=FOLDER/engine/%j_0_log.out
#SBATCH --partition=gpu
#SBATCH --requeue
#SBATCH --signal=USR2@120
#SBATCH --time=1440

# setup
export PYTHONPATH=ROOT${PYTHONPATH:+:$PYTHONPATH}

# command
export SUBMITIT_EXECUTOR=slurm
srun --unbuffered --output FOLDER/engine/%j_%t_log.out --error FOLDER/engine/%j_%t_log.err PYTHON -u -m submitit.core._submit FOLDER/engine
