"""The commands of the program, one file each; `resnet_core.cli` chooses among them."""
