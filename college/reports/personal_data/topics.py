"""What the college keeps of people, in the few heaps in which it is told to them."""

from enum import StrEnum

from college.core.text import say


class Topic(StrEnum):
    IDENTITY = "identity"
    ACCOUNT = "account"
    POSTS = "posts"
    LEARNING = "learning"
    EXAM = "exam"
    SUPERVISION = "supervision"
    CERTIFICATES = "certificates"
    MESSAGES = "messages"
    TRACES = "traces"

    @property
    def label(self) -> str:
        return {
            "identity": say("Who you are"),
            "account": say("Your account and your devices"),
            "posts": say("Where you work and what you may do"),
            "learning": say("Your classes"),
            "exam": say("State exam and qualification"),
            "supervision": say("Your supervision"),
            "certificates": say("Your certificates"),
            "messages": say("What you were told"),
            "traces": say("What was noted for safety"),
        }[self]

    @property
    def purpose(self) -> str:
        return {
            "identity": say("So that the college knows who you are and prints the right name."),
            "account": say("So that you can sign in, and nobody else as you."),
            "posts": say("So that your station is counted rightly and your rights fit your post."),
            "learning": say("So that a class can be held and its completion be shown."),
            "exam": say("So that passed subjects and the qualification are not lost."),
            "supervision": say("So that the minutes of supervision count."),
            "certificates": say("So that anybody can check that a certificate is genuine."),
            "messages": say("So that news reaches you, once."),
            "traces": say("So that misuse can be found. The law asks for it."),
        }[self]

    @property
    def afterwards(self) -> str:
        """What becomes of it when the person is deleted."""
        return {
            "identity": say("Deleted. A number takes the place of your name."),
            "account": say("Deleted."),
            "posts": say("Dates and places stay without your name, so that figures do not move."),
            "learning": say("What was attended and reached stays without your name; notes go."),
            "exam": say(
                "What was reached stays without your name; the management number and notes go."
            ),
            "supervision": say("The minutes stay without your name; what was written goes."),
            "certificates": say("Kept with your name: an issued certificate must stay checkable."),
            "messages": say("Deleted."),
            "traces": say("What an entry says becomes unreadable; that something was done stays."),
        }[self]
