"""What a script's text would run: commands with their words, places and softness. Runs nothing."""
