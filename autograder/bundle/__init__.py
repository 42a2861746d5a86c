"""The course without its answers: the students' zip, and packages for Gradescope and GitHub."""
