"""What a command, an action and an environment's name mean: vocabulary tables as data, and one small engine."""
