# Every target runs `python -m autograder TARGET`, which installs what is missing. autograder/command_table/table.py
# lists the variables of each target. Without make: python -m autograder --help
TARGETS := help check train capstone card experiment quick watch lesson notebooks hint context progress compare harden recall debug trace lab appeal reset undo update submit leaderboard serve release grade repeat roster collect grades feedback export errata appeals demo viva bundle template classroom50 gradescope sandbox doctor stubs tutorial site page test gates slow lint versions mutation dataset

# The interpreter of .venv if it exists, since that starts fastest; otherwise the system's Python.
CANDIDATES := .venv/bin/python .venv/Scripts/python.exe $(if $(filter Windows_NT,$(OS)),python python3 py,python3 python py)
PYTHON ?= $(shell for p in $(CANDIDATES); do command -v $$p && break; done)
# A path may have spaces; "py -3" is two words.
INTERPRETER = $(if $(findstring /,$(subst \,/,$(PYTHON))),"$(PYTHON)",$(PYTHON))

# Variables are passed through the environment exactly as typed, since a value may contain any character. Otherwise make
# would expand each value, and run the command in a folder's name such as $(shell ...).
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(origin $v)),$(filter-out MAKE% PYTHON -%,$v)))
$(foreach v,$(GIVEN),$(eval export AUTOGRADER_MAKE_VALUE_$v := $$(value $v))$(eval unexport $v))
export AUTOGRADER_MAKE_VARIABLES := $(strip $(GIVEN))
export AUTOGRADER_MAKE_GOALS := $(or $(MAKECMDGOALS),help)
export AUTOGRADER_CALLED_AS := make

.DEFAULT_GOAL := help
.PHONY: $(TARGETS)
$(TARGETS):
	@$(or $(INTERPRETER),$(error There is no Python here: install Python 3.10 or newer)) -m autograder $@ $(if $(filter args,$(GIVEN)),$(value args))
