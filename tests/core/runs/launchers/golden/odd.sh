#!/bin/bash

# Parameters
#SBATCH --error=FOLDER/engine/%j_0_log.err
#SBATCH --job-name=counterproof-NAME
#SBATCH --mem=1536M
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --open-mode=append
#SBATCH --output=FOLDER/engine/%j_0_log.out
#SBATCH --partition='a b; rm -rf $HOME'
#SBATCH --requeue
#SBATCH --signal=USR2@120
#SBATCH --time=15

# setup
export PYTHONPATH=ROOT${PYTHONPATH:+:$PYTHONPATH}

# command
export SUBMITIT_EXECUTOR=slurm
srun --unbuffered --output FOLDER/engine/%j_%t_log.out --error FOLDER/engine/%j_%t_log.err PYTHON -u -m submitit.core._submit FOLDER/engine
