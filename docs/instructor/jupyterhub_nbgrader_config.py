"""nbgrader for everybody on the hub: copy it to etc/jupyter/nbgrader_config.py in the hub's environment."""

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "gpt-in-pure-python"  # as in course.toml
c.Exchange.root = "/srv/nbgrader/exchange"
