"""The pipeline as spaCy sees it."""

import therex
from therex.nlp.build import COMPONENTS, build
from therex.types import Note

NOTE = "S: knee stiff.\nO: TE x 25 min: SLR 3x10 2#, VC to avoid lag. Denies dizziness.\nP: 2x/wk x 4 wks.\nAnn Lee, PT"


def test_load_gives_the_shipped_pipeline():
    assert therex.load().pipe_names == list(COMPONENTS)


def test_spacy_load_on_the_saved_folder_gives_the_same():
    import spacy

    from therex.settings import PIPELINE, models_dir

    nlp = spacy.load(models_dir() / PIPELINE)
    assert [s.label for s in nlp(NOTE)._.therex_spans] == [s.label for s in therex.load()(NOTE)._.therex_spans]


def test_no_component_lacks_what_it_requires(nlp):
    assert not any(nlp.analyze_pipes()["problems"].values())


def test_a_component_works_in_a_pipeline_of_someone_else():
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("therex_sections")
    assert [s.kind for s in nlp("Plan: see Monday")._.therex_sections] == ["plan"]


def test_assembly_alone_reads_with_any_tokenizer():
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("therex_assembly")
    doc = nlp("Treatment: SLR 3x10")
    assert any(s.label_ == "DOSE" for s in doc.spans["therex"])


def test_spans_carry_attributes(nlp):
    doc = nlp(NOTE)
    exercise = next(s for s in doc.spans["therex"] if s.label_ == "EXERCISE")
    assert exercise._.therex_attribute == "performed" and exercise._.therex_source


def test_two_processes_give_the_same_and_print_nothing(capfd):
    nlp = build()
    texts = [NOTE, "Ther ex 10 min.", "", "x"] * 3
    one = [d._.therex_spans for d in nlp.pipe(texts)]
    two = [d._.therex_spans for d in nlp.pipe(texts, n_process=2)]
    assert one == two
    out, err = capfd.readouterr()
    assert "stiff" not in out + err


def test_a_doc_survives_saving(nlp):
    from spacy.tokens import Doc

    doc = nlp(NOTE)
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert again._.therex_spans == doc._.therex_spans


def test_the_saved_lexicon_is_the_resources(nlp):
    from therex.nlp.lexicon import LexiconMatcher

    def data(pipeline):
        return next(c for _, c in pipeline.components if isinstance(c, LexiconMatcher)).lexicon.to_data()

    assert data(therex.load()) == data(nlp), "run `therex train`: the saved model is older than the resources"


def test_a_leaflet_records_no_visit(analyzer):
    text = "Stretches for the calf. Stand facing a wall. Keep your heel down and lean in. Hold 30 seconds, 3 times. Stop if you feel pain. Call your doctor."
    assert analyzer.assess(Note("n", text)).necessity.verdict == "not_applicable"
    told = 'Pt did calf stretch 3x30 s and heel raises 2x10; told "keep your heel down", "you lean", "your weight back". TE 25 min. Ann Lee, PT'
    assert analyzer.assess(Note("n", told)).necessity.verdict != "not_applicable"
