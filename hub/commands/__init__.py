"""The commands, by what they are for. Heavy things are imported inside them, behind their doors."""
