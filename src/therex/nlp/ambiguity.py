"""Names of exercises that mean something else in another context: they want a dose or a neighbour."""

from __future__ import annotations

AMBIGUOUS = frozenset({
    "sit to stand", "squat", "step up", "jogging", "rolling", "crawling", "functional reaching", "floor to waist lift", "stationary bike",
    "hip extension", "hip flexion", "hip abduction", "hip adduction", "shoulder flexion", "shoulder extension", "shoulder abduction",
    "external rotation", "internal rotation", "horizontal abduction", "knee flexion", "knee extension", "elbow flexion", "elbow extension",
    "wrist flexion", "wrist extension", "ankle dorsiflexion", "ankle plantarflexion", "ankle inversion", "ankle eversion", "radial deviation",
    "cervical extension", "cervical AROM", "thoracic rotation", "thoracic extension", "trunk flexion stretch", "trunk AROM",
    "active range of motion", "passive range of motion", "active assisted range of motion", "forearm AROM", "knee AROM", "shoulder AROM",
    "ankle AROM", "hip AROM", "wrist AROM", "elbow AROM", "digit AROM", "extremity AROM", "treadmill", "interval walking", "weight shift",
    "single leg stance", "tandem stance", "tandem walk", "seated balance", "scooting", "opposition", "foam standing", "heel walk",
    "turning practice", "kneel to stand", "plyometrics", "tall kneeling", "thumb opposition", "coordination exercise", "reach and grasp",
    "push up", "swimming", "dual task walking", "therapeutic exercise program", "stretching", "aerobic exercise", "work simulation",
    "hip rotation AROM", "shoulder PROM", "single leg squat", "backward walking", "side stepping", "grip strengthening", "lunge", "elliptical",
    "straight leg raise", "MP flexion", "prone on elbows", "ulnar deviation strengthening", "forearm pronation supination", "yoga", "tai chi",
    "quadruped rocking", "narrow base standing", "functional endurance activity", "gait drill", "step negotiation drill", "hip internal rotation strengthening",
    "standing reach", "eccentrics", "balance training", "swiss ball exercise", "shoulder shrug", "boxing drill", "rower", "jump rope", "head control", "supported standing",
    "reactive stepping", "paced walk", "standing march endurance", "conditioning class", "weight program", "pool cardio", "lifting task practice",
    "shelf and table reaching", "sport task drill", "walking balance drill", "stepping balance drill", "sitting balance exercise",
    "dynamic balance games", "agility drills", "developmental play", "coordination game", "limb control practice", "stance and swing drill",
    "finger motion exercise", "thumb motion exercise", "elbow motion exercise", "wrist motion exercise", "child strength game",
    "half kneel play", "repeated chair stands", "half kneel to stand transition", "fine motor activity", "narrow stance exercise",
    "stance progression", "gripper hold", "positioning stretch", "exercise set", "directional preference exercise",
    "active elevation exercise", "spinal mobility exercise", "habituation series", "resisted rotation", "scapular elevation depression", "core stabilization", "trunk endurance", "the knack", "box jump", "pull up",
})  # fmt: skip
# abbreviations and words that mean something else in another context: they want a dose or a neighbour
AMBIGUOUS_WORDS = frozenset({
    "ap", "gs", "hs", "hr", "tr", "abc", "qs", "sts", "tm", "imt", "pre", "er", "ir", "run", "running", "climbing", "climb", "march", "pulley",
    "intrinsic", "tandem", "quadruped", "lunge", "bridge", "row", "shuttle", "plank", "chop", "ranger", "opposition", "perturbation", "yoga",
    "knack", "slider", "wand", "dowel", "shrug", "crawl", "hop", "hurdle", "flick", "sprint", "cardio", "foam", "swimming", "cycling", "bicycle",
    "saccade", "cobra", "tai chi", "stepper", "boxing", "gaze shift", "blocking", "eccentric", "convergence exercise", "deep breathing", "ckc", "okc", "r",
})  # fmt: skip
RISKY_HEADS = frozenset({"step", "walk", "reach", "hold", "push", "carry", "set", "activation", "training exercise", "hop", "jump", "AROM",
                         "lunge", "press", "progression", "kick", "rocking", "stance", "twist", "raise", "glide", "tap", "circle", "slide", "row"})  # fmt: skip
