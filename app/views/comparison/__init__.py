"""The Compare tab: two architectures one under the other, with their differences in counts and in curves."""
