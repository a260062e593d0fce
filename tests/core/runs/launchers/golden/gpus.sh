#!/bin/bash

# Parameters
#SBATCH --account=lab
#SBATCH --constraint=a100
#SBATCH --cpus-per-task=16
#SBATCH --error=FOLDER/engine/%j_0_log.err
#SBATCH --gpus-per-node=2
#SBATCH --job-name=counterproof-NAME
#SBATCH --mem=65536M
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --open-mode=append
#SBATCH --output=FOLDER/engine/%j_0_log.out
#SBATCH --partition=gpu
#SBATCH --qos=long
#SBATCH --requeue
#SBATCH --signal=USR2@300
#SBATCH --time=240

# setup
export PYTHONPATH=ROOT${PYTHONPATH:+:$PYTHONPATH}

# command
export SUBMITIT_EXECUTOR=slurm
srun --unbuffered --output FOLDER/engine/%j_%t_log.out --error FOLDER/engine/%j_%t_log.err PYTHON -u -m submitit.core._submit FOLDER/engine
