"""What deploys apply, declared facts, snapshots: the facts beside the pipeline's own text."""
