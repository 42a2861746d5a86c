# Each target is one call of `python -m autograder`, which sets itself up when something is missing.
# Without make: python -m autograder --help

# The course's own interpreter once there is one, since that starts fastest; else whatever this system calls Python.
CANDIDATES := .venv/bin/python .venv/Scripts/python.exe $(if $(filter Windows_NT,$(OS)),python python3 py,python3 python py)
PYTHON ?= $(shell for p in $(CANDIDATES); do command -v $$p && break; done)

# part=5 or 5.2; fast=1; steps=, seed=, data= as in `make train`; args= is handed on as it stands.
on = $(filter-out 0 no false,$(1))
# A path may have spaces; "py -3" is two words.
INTERPRETER = $(if $(findstring /,$(subst \,/,$(PYTHON))),"$(PYTHON)",$(PYTHON))
RUN = @AUTOGRADER_CALLED_AS=make $(or $(INTERPRETER),$(error There is no Python here: install Python 3.10 or newer)) -m autograder
SEED = $(if $(seed),--seed $(seed))
PART = $(if $(part),--part $(part))
BOARD = $(if $(board),--board "$(board)")
CLASS = $(if $(class),--class "$(class)")
FILE = $(if $(file),"$(file)",$(if $(args),,$(error Name the file: make $@ file=FILE)))
CELLS = $(if $(filter run 1 yes true,$(notebooks)),--run-notebooks,$(if $(call on,$(notebooks)),$(error \
	notebooks=$(notebooks) says nothing: type notebooks=run to run the cells of notebooks, or leave it out)))
# By the environment, and as it was typed: a sentence may hold any character.
export REASON_AS_TYPED := $(value reason)
REASON = $(if $(value reason),--reason "$$REASON_AS_TYPED")
export REQUEST_AS_TYPED := $(value request)
export NAME_AS_TYPED := $(value name)

# A variable that a target does not read would be ignored without a word: make check prat=1 would check all parts. What
# a target takes is what its recipe reads, by itself or through one of the definitions above.
GIVEN := $(foreach v,$(.VARIABLES),$(if $(filter command,$(origin $v)),$(filter-out MAKE% PYTHON -%,$v)))
ifneq ($(GIVEN),)
GOALS := $(or $(MAKECMDGOALS),help)
TAKEN := $(sort $(shell awk -v goals=" $(GOALS) " ' \
	function tell(text,  name) { \
		while (match(text, /[$$][(](value )?[A-Za-z]+[)]/)) { \
			name = substr(text, RSTART + 2, RLENGTH - 3); sub(/^value /, "", name); \
			text = substr(text, RSTART + RLENGTH); \
			if (name in meaning) tell(meaning[name]); else if (name ~ /^[a-z]+$$/) print name } } \
	/^[A-Z]+ = / { meaning[$$1] = $$0 } \
	/^[a-z0-9]+:/ { goal = substr($$0, 1, index($$0, ":") - 1) } \
	/^\t/ && index(goals, " " goal " ") { recipes = recipes $$0 } \
	END { tell(recipes) }' $(firstword $(MAKEFILE_LIST))))
$(if $(TAKEN),$(foreach v,$(GIVEN),$(if $(filter-out $(TAKEN),$v),$(error make $(GOALS) does not take $v=. It takes: $(TAKEN:%=%=)))))
endif

.DEFAULT_GOAL := help
.PHONY: help check watch notebooks hint progress compare debug trace appeal appeals site reset undo update train capstone card experiment quick stubs dataset sandbox doctor test slow lint mutation submit leaderboard serve release grade repeat roster collect grades feedback export errata demo viva tutorial bundle template classroom50 gradescope

help: ## list these targets
	@echo "make TARGET [part=5] [fast=1] [steps=N] [seed=N] [data=FILE] [args=...]"
	@awk -F ':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9]+:.*## / {printf "  %-12s%s\n", $$1, $$2}' \
		$(firstword $(MAKEFILE_LIST))

##@ For learners

# Without --exit-zero the last line would be make's, not ours: make: *** [Makefile:24: check] Error 1
check: ## check your work: all parts, or part=5, or one task, part=5.2
	$(RUN) check $(part) $(SEED) --exit-zero $(args)

train: ## train the reference on the names and show what it learnt; fast=1 takes seconds
	$(RUN) train $(if $(call on,$(fast)),--fast) $(if $(steps),--steps $(steps)) $(SEED) $(if $(data),--data "$(data)") $(if $(layers),--layers $(layers) )$(if $(width),--width $(width) )$(args)

capstone: ## train the full model with your own parts 1 to 8, and measure what it learnt
	$(RUN) capstone $(args)

card: ## draw what your last capstone reached as a card to share: runs/card.svg and runs/card.png
	$(RUN) card $(args)

experiment: ## an experiment on the model, a table and a picture: name=heads, or a list without name
	$(RUN) experiment $(name) $(if $(seeds),--seeds $(seeds)) $(if $(steps),--steps $(steps)) $(args)

quick: ## verify in seconds that the reference works
	$(RUN) quick $(args)

watch: ## check a part each time you save it: part=5, or the first unfinished one
	$(RUN) watch $(part) $(args)

notebooks: ## open the notebooks in JupyterLab, your own copies of them: all, or part=5
	$(RUN) notebooks $(part) $(args)

hint: ## a hint for the check that fails first; each call shows one more
	$(RUN) hint $(part) $(args)

progress: ## what is done and what is left; tick=ID ticks an achievement
	$(RUN) progress $(if $(tick),--tick $(tick)) $(args)

compare: ## your functions beside the reference's, once you have passed: part=5 or part=5.2
	$(RUN) compare $(part) $(args)

debug: ## call your code with a check's inputs, breakpoint() works: part=1 check=NAME
	$(RUN) debug $(part) $(if $(check),--check $(check)) $(args)

# Of the release before this one: it says what became of it.
dataset:
	$(RUN) $@ $(args)

trace: ## how your model reads a name, every vector beside the reference's: name=emma
	$(RUN) trace $(if $(name),--name "$(name)") --exit-zero $(args)

appeal: ## ask your instructor to look at a check again: check=NAME reason="why it is wrong"
	$(RUN) appeal $(part) $(if $(check),--check "$(check)") $(REASON) $(args)

reset: ## write the stub of a part or task anew: part=5 or part=5.2; asks first and keeps a copy
	$(RUN) reset $(part) $(args)

undo: ## bring back what the last reset or update replaced
	$(RUN) undo $(args)

update: ## bring a new version of the course into your exercises, or from=FOLDER the work of an older copy
	$(RUN) update $(if $(from),--from "$(from)") $(args)

submit: ## score your recipe and record it on the board: board=FOLDER public=1 name="..."
	$(RUN) leaderboard submit $(BOARD) $(if $(call on,$(public)),--public) $(if $(name),--name "$(name)") $(args)

leaderboard: ## show the board of recipes and write its page
	$(RUN) leaderboard show $(BOARD) $(args)
	$(RUN) leaderboard page $(BOARD)

serve: ## serve the board's page at http://127.0.0.1:8000/
	$(RUN) leaderboard serve $(BOARD) $(args)

##@ For instructors: docs/instructor/term.md has the order

release: ## make what students get, in release/, unless it gives anything away: all, or part=5; class=FOLDER
	$(RUN) release $(part) $(CLASS) $(args)

grade: ## grade what a class handed in with nbgrader: all, or part=5; class=FOLDER notebooks=run
	$(RUN) grade $(CLASS) $(PART) $(CELLS) $(args)

repeat: ## grade a submission again from its line in the ledger, for an appeal: name=ada/part05 class=FOLDER
	$(RUN) repeat $(if $(value name),"$$NAME_AS_TYPED") $(CLASS) $(args)

roster: ## put the list of a class into its gradebook: file=participants.csv class=FOLDER
	$(RUN) roster $(FILE) $(CLASS) $(args)

collect: ## put what a class handed in where it is graded from: file=submissions.zip (or a folder) part=5
	$(RUN) collect $(FILE) $(PART) $(if $(worksheet),--worksheet "$(worksheet)") $(CLASS) $(args)

grades: ## show the grades of a class: points by part, lateness, the weighted total
	$(RUN) grades $(CLASS) $(args)

feedback: ## pack the feedback of a part for Moodle or Canvas: file=submissions.zip (the download) part=5 class=FOLDER
	$(RUN) feedback $(FILE) $(PART) $(if $(worksheet),--worksheet "$(worksheet)") $(CLASS) $(args)

export: ## write the grades as CSV for Canvas and Moodle: template=FILE fills in a file of theirs
	$(RUN) export $(if $(template),--template "$(template)") $(PART) $(CLASS) $(args)

errata: ## grade a part anew with mended checks, and show whose points change: part=5 apply=1
	$(RUN) errata $(part) $(if $(call on,$(apply)),--apply) $(CLASS) $(args)

appeals: ## show regrade requests, or decide one: decide=accept request=ada/part05/CHECK alike=1 reason="..."
	$(RUN) appeals $(if $(value request),--request "$$REQUEST_AS_TYPED") $(if $(decide),--decide "$(decide)") $(if $(call on,$(alike)),--alike) $(REASON) $(CLASS) $(args)

demo: ## an instructor's whole job, shown on a class of twelve that never was: about a minute
	$(RUN) demo $(args)

viva: ## three questions to a learner about their own code, with the answers for you: part=5 from=FOLDER
	$(RUN) viva $(part) $(if $(from),--from "$(from)") $(SEED) $(args)

bundle: ## write a zip for students to dist/: exercises, notebooks, public checks, and no answers
	$(RUN) bundle $(args)

template: ## write a template repository for GitHub to dist/template, after make bundle: url=https://... of the release
	$(RUN) template $(if $(url),"$(url)") $(args)

classroom50: ## write autograders for Classroom 50 to dist/classroom50, after make bundle: url=https://... of the release
	$(RUN) classroom50 $(if $(url),"$(url)") $(args)

gradescope: ## write an autograder for Gradescope to dist/: part=5
	$(RUN) gradescope $(part) $(args)

sandbox: ## attack the sandbox for other people's code, and say which tier holds here
	$(RUN) sandbox $(args)

doctor: ## say whether a class can be graded on this machine, and what to do where not: class=FOLDER
	$(RUN) doctor $(CLASS) $(args)

##@ For contributors

stubs: ## write exercises/ anew from solutions/; files that you changed stay as they are
	$(RUN) stubs $(args)

tutorial: ## build solutions/microgpt_tutorial.ipynb, all parts in one notebook with code and outputs; args=--check
	$(RUN) tutorial $(args)

site: ## build the site of the guides in dist/site; args=--links asks each address in it whether it is there
	$(RUN) site $(args)

test: ## run the project's own tests
	$(RUN) test $(args)

slow: ## run the tests that take minutes
	$(RUN) test -m slow $(args)

lint: ## check format, rules and imports, and look for unused code; args=--fix fixes what it can
	$(RUN) lint $(args)

mutation: ## change the reference in a thousand small ways and see that the suites notice
	$(RUN) mutation $(args)
