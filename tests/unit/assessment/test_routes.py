"""Routes are found however they are declared; a handler that calls no model is no API, wherever it is registered."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import results

TRAIN = "from sklearn.svm import SVC\n\nif __name__ == '__main__':\n    SVC().fit([[0], [1]], [0, 1])\n"
HANDLERS = """
    import joblib

    model = joblib.load("m.joblib")


    def health(*_):
        return {"status": "ok"}


    def predict(*_):
        return model.predict([[1]])
    """
SERVICES = {
    "nested in a factory": """
        from fastapi import FastAPI

        def create_app():
            app = FastAPI()

            @app.get("/health")
            def ready():
                return health()

            @app.post("/predict")
            def answer(rows: list):
                return predict(rows)

            return app

        app = create_app()
        """,
    "attached by a function": """
        from fastapi import FastAPI

        def attach(service: FastAPI):
            @service.get("/health")
            def ready():
                return health()

            @service.post("/predict")
            def answer(rows: list):
                return predict(rows)

        app = FastAPI()
        attach(app)
        """,
    "add_api_route": """
        from fastapi import FastAPI

        def build():
            api = FastAPI()
            api.add_api_route("/health", health, methods=["GET"])
            api.add_api_route("/predict", predict, methods=["POST"])
            return api

        app = build()
        """,
    "add_url_rule": """
        from flask import Flask

        app = Flask(__name__)
        app.add_url_rule("/health", "health", health)
        app.add_url_rule("/predict", view_func=predict, methods=["POST"])
        """,
    "add_resource": """
        from flask import Flask
        from flask_restful import Api, Resource

        class Health(Resource):
            def get(self):
                return health()

        class Predict(Resource):
            def post(self):
                return predict()

        app = Flask(__name__)
        rest = Api(app)
        rest.add_resource(Health, "/health")
        rest.add_resource(Predict, "/predict")
        """,
    "a table of routes": """
        from starlette.applications import Starlette
        from starlette.routing import Route

        app = Starlette(routes=[Route("/health", health), Route("/predict", predict, methods=["POST"])])
        """,
    "handlers with decorators of the framework": """
        from litestar import Litestar, get, post

        @get("/health")
        def ready() -> dict:
            return health()

        @post("/predict")
        def answer(data: dict) -> list:
            return predict(data)

        app = Litestar(route_handlers=[ready, answer])
        """,
    "aiohttp": """
        from aiohttp import web

        def build():
            app = web.Application()
            app.add_routes([web.get("/health", health), web.post("/predict", predict)])
            return app

        app = build()
        """,
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_and_one_whose_handler_calls_no_model(project, name):
    source = dedent(HANDLERS) + "\n\n" + dedent(SERVICES[name])
    compile(source, name, "exec")
    project.files(
        {
            "train.py": TRAIN,
            "main.py": source,
            "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app"]\n',
        }
    ).commit()
    assert results(project.assess())["model-served"].state == "pass"
    project.edit("main.py", "model.predict([[1]])", "[1]").commit()
    assert results(project.assess())["model-served"].state == "partial"


def test_what_is_registered_elsewhere_is_no_route(project):
    project.files(
        {
            "train.py": TRAIN,
            "main.py": dedent(HANDLERS)
            + "from fastapi import FastAPI\n\napp = FastAPI()\ncache = {}\nregistry = object()\n"
            + "registry.add_route('/predict', predict)\nregistry.add_route('/health', health)\n",
            "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app"]\n',
        }
    ).commit()
    assert results(project.assess())["model-served"].state == "fail"
