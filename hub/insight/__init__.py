"""What can be read out of items beyond their words: doubts, questions, answers. Pure."""
